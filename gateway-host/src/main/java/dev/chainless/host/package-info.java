/**
 * The host. {@link dev.chainless.host.Gateway} is its only door, and {@link dev.chainless.host.TlsReport} the only window beside
 * it; the rest of this page is for who changes it.
 *
 * <h2>Generations</h2>
 *
 * <p>What a configuration is made into is a {@code Generation}: listeners with their routes and chains, clusters, and the
 * {@code Use}s of plugins, which are stages, codecs, balancers and discoveries. {@code Assembly} makes it whole, or throws all that is
 * wrong. {@code Generations} holds the one of the moment; a request's head takes it with one volatile read, and that
 * exchange keeps it.
 *
 * <p>A reload ({@code Reloader}) makes the next generation out of the one before. Taken over is a stage, codec or balancer
 * whose plugin is the same instance and whose bound table is equal; the endpoints of a cluster with their pools, where codec and
 * limits are the same; a chain of the same stages; a route whose table, chain and clusters are the same; a listening socket of
 * the same address. Sockets are bound before anything is published. Then:
 *
 * <ol>
 * <li>one write publishes the generation;
 * <li>a task on each loop moves exchanges over whose stages all live on, so that a long download does not keep what it
 * has no part in; a tunnel whose stages go gets {@code complete(REPLACED)} and needs no generation any more;
 * <li>codecs that are not taken over drain, and so do the connections of listeners that are gone: what these still send
 * runs under the last generation that had the listener;
 * <li>when the last exchange of the old generation has ended, or was broken off past {@code runtime.drain}, every
 * {@code Part} that no live generation has is closed: stages, scheduled work, deadlines, metrics, slots, pools
 * ({@code Retirement}).
 * </ol>
 *
 * <p>Nothing is counted by references on the loops: a loop counts the exchanges that begin and end under a generation in
 * plain cells, and who else has a part is found by looking at the generations that are live.
 *
 * <h2>The life of a plugin</h2>
 *
 * <p>A plugin is {@code NAME.jar} in the plugins directory, or a folder {@code NAME} of a jar and those that it needs. It acts
 * only where the configuration names it. {@code PluginWatcher} sees it come, change and go; the admin server
 * ({@code AdminUpload}, {@code PluginChanges}) writes the same directory. {@code PluginRegistry} holds what is current:
 *
 * <ol>
 * <li>It has come to rest (size and time steady for {@code plugin-policy.settle}), opens as a jar, and every entry fits its
 * checksum.
 * <li>{@code PluginStore} copies it to a private folder, under the SHA-256 of its content; for a folder, of its jars' sorted
 * digests. That folder is {@code runtime.state-directory}, else systemd's {@code STATE_DIRECTORY}, else
 * {@code $XDG_STATE_HOME/chainless}, else one of the user's own among the temporary files; nobody else may write it. From
 * here on the original does not matter, and the same content is the same plugin.
 * <li>{@code PluginTrust} asks for a listed digest or a signature over every entry, {@code PluginModules} and
 * {@code SpiVersion} refuse what cannot be a plugin of this host, and {@code NativeScan} what uses native code and was not
 * granted that by name. No class has been defined yet.
 * <li>{@code PluginLayer} resolves its modules before the host's, all in one {@code PluginClassLoader}, and makes the plugin
 * on a thread that is left behind if it does not come back ({@code Abandonable}).
 * <li>The gateway assembles and publishes a generation with it. If that fails, the former plugin stays current, and this one
 * is unloaded again. It fails too where the plugin's record is not made of a table, or a stage, codec or balancer of the
 * record, within {@code plugin-policy.load-timeout}: that call is left behind, and the same table of the same jar is not
 * tried again.
 * <li>While an optional plugin is absent, its stages are left out of the chains, a listener of its protocol has no socket,
 * and a cluster that needs it is not there: routes to it alone answer 503. With its arrival all of them are.
 * <li>Once no generation uses the former one, {@code PluginUnloads} closes it, drops what Netty remembers of its classes,
 * asks for a collection, and tells whether its classes are gone.
 * </ol>
 *
 * <p>A stage that throws has its exchange answered by 500, or go on behind it where the stage says that it fails open;
 * {@code ChainHealth} counts, and gives a stage up that fails too often in a row.
 *
 * <h2>Where a request goes</h2>
 *
 * <p>A {@code Cluster} is a choice among an {@code EndpointSet}: the endpoints of the configuration and those that
 * discoveries tell ({@code Source}). What changes there is worked out in the background and published by one volatile write of
 * a {@code Choice}: which share of the requests goes to which {@code Tier} (priority, then nearness), and a picker of the
 * balancer for each. For an attempt, {@code Flow} reads the choice, picks, and takes a connection of the endpoint's
 * {@code EndpointPool} on its own loop. Where the cluster has a cookie ({@code Sticky}), the choice comes with a table of what
 * names its endpoints ({@code StickyTable}): a client's first attempt goes where its cookie says, as long as that endpoint is
 * among them; every other response says where it came from.
 *
 * <p>An endpoint gets requests unless its {@code HealthCheck} says that it is ill, or the {@code Ejector} has found by its answers
 * ({@code EndpointRecord}) that it had better not. An attempt that fails is followed by another one where that is safe, the
 * configuration wants it and the cluster's budget allows it.
 *
 * <p>{@code Overload} looks at what can run short, and each loop goes by the {@code Grade} that it is told: connections are
 * given up first, then requests by the priority of their routes.
 *
 * <h2>TLS</h2>
 *
 * <p>{@code TlsServer} and {@code TlsClient} are the TLS of a listener and of a cluster, {@code QuicTls} that of a listener's
 * QUIC. {@code ClientHelloHandler} reads the name that a client asks for and what it knows, {@code ServerNames} has the
 * certificates by name, and an engine is made for the one that fits. {@code TlsLibrary} is BoringSSL or the JDK's;
 * {@code PostQuantum} is Bouncy Castle's, for {@code pqc = "experimental"} and for files with keys that the others cannot read.
 * Nothing else touches Bouncy Castle, so that it costs nothing where it is not used; in particular it is not registered as a
 * provider, and the distribution's runtime lists none that the JDK would search the module path for. Its handshakes run on the event loop, as the JDK's do.
 *
 * <h2>Threads</h2>
 *
 * <p>Event loops run exchanges ({@code Flow}) and never block. Reloads run on the thread of who asks, one after the other;
 * retirements and scheduled work of plugins on virtual threads, and so do the calls of stages marked {@code @Blocking}
 * ({@code BlockingStage}): each with a snapshot of its exchange, which is suspended meanwhile, bounded in number and time.
 * Connections are accepted on a loop of their own, on which no stage runs; the admin server has a thread of its own.
 */
package dev.chainless.host;
