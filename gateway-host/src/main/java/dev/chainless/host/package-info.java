/**
 * The host. {@link dev.chainless.host.Gateway} is its only door; all else is package-private.
 *
 * <h2>The life of a plugin</h2>
 *
 * <p>A plugin is {@code NAME.jar} in the plugins directory, or a folder {@code NAME} of a jar and those that it needs. It acts
 * only where the configuration names it. {@code PluginWatcher} sees it come, change and go; the admin server
 * ({@code AdminUpload}, {@code PluginChanges}) writes the same directory. {@code PluginRegistry} holds what is current:
 *
 * <ol>
 * <li>It has come to rest (size and time steady for 300 ms), opens as a jar, and every entry fits its checksum.
 * <li>{@code PluginStore} copies it to a private folder, under the SHA-256 of its content; for a folder, of its jars' sorted
 * digests. That folder is {@code runtime.state-directory}, else systemd's {@code STATE_DIRECTORY}, else
 * {@code $XDG_STATE_HOME/chainless}, else one of the user's own among the temporary files; nobody else may write it. From
 * here on the original does not matter, and the same content is the same plugin.
 * <li>{@code PluginTrust} asks for a listed digest or a signature over every entry, {@code PluginModules} and
 * {@code SpiVersion} refuse what cannot be a plugin of this host. No class has been defined yet.
 * <li>{@code PluginLayer} resolves its modules before the host's, all in one {@code PluginClassLoader}, and makes the plugin
 * on a thread that is left behind if it does not come back ({@code Abandonable}).
 * <li>The gateway assembles and publishes a generation with it. If that fails, the former plugin stays current, and this one
 * is unloaded again.
 * <li>Once no generation uses the former one, {@code PluginUnloads} closes it, drops what Netty remembers of its classes,
 * asks for a collection, and tells whether its classes are gone.
 * </ol>
 *
 * <p>A stage that throws has its exchange answered by 500, or go on behind it where the stage says that it fails open;
 * {@code ChainHealth} counts, and gives a stage up that fails too often in a row.
 */
package dev.chainless.host;
