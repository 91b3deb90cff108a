/**
 * The configuration of the gateway: one TOML file, one tree of records, every problem at once.
 *
 * <p><b>Reading.</b> {@link dev.chainless.config.ConfigFile#load} makes a {@link dev.chainless.config.GatewayConfig}
 * of a file and all that it includes, or throws a {@link dev.chainless.config.ConfigException} whose message is what
 * an operator reads: for each problem the file, line and column, the key, what was expected, what was found, and the
 * nearest name that would be right.
 *
 * <pre>
 * gateway.toml:6:1: runtime.max-conections: unknown key, did you mean "max-connections"?
 * gateway.toml:22:1: routes[0].to: unknown cluster "ap", did you mean "app"?
 * </pre>
 *
 * <p>An embedder makes the same of code by {@link dev.chainless.config.GatewayConfig#builder()}. It gathers the same
 * tables and binds them in the same way, so that there is one set of keys, defaults and checks.
 *
 * <p><b>The steps.</b> {@code TomlText} makes {@link dev.chainless.config.RawTable}s of the text, in which each value keeps
 * its {@link dev.chainless.config.Position}. It is ours since tomlj, which tests compare it with, takes about a second for ten
 * thousand routes, where a whole reload is to take less. {@code Assembly} reads the included files, and
 * checks on the tables what concerns several of them: names that are defined twice, addresses, references. {@code
 * Binding} makes the records; it asks {@code Shape} what a record's components are and {@code Scalars} to read and
 * check single values. A failed value does not stop it, so that one run finds all that is wrong.
 *
 * <p><b>What a record may hold</b> is told in {@link dev.chainless.spi.config}, as is how its annotations say
 * defaults, bounds and texts. Three things are for this module's own records only: a component of type {@code
 * Position} is told where its table is, one of type {@code RawTable} stays unbound, and a shorthand may take the
 * position as its second argument.
 *
 * <p><b>Plugins.</b> This module knows no plugin. What the file says to one is a {@code RawTable} in {@link
 * dev.chainless.config.PluginConfig}, {@link dev.chainless.config.ListenerConfig}, {@link
 * dev.chainless.config.ClusterConfig}, {@link dev.chainless.config.BalancerConfig} or {@link
 * dev.chainless.config.StageConfig}, which keeps its positions until the host has found the plugin. Then {@link
 * dev.chainless.config.Binder#bind} binds it to the plugin's record, by a {@link
 * java.lang.invoke.MethodHandles.Lookup} that the plugin hands out, so that the record need be neither public nor in
 * an open package. What the host finds wrong it says in the same form, by {@link dev.chainless.config.Problem#at} and
 * {@link dev.chainless.config.Problem#unknown}.
 *
 * <p><b>Reloading.</b> Equality of the records is equality of what they say: two positions are always equal. The host
 * compares the old tree with the new one, and leaves alone what is equal.
 *
 * <p><b>Editors.</b> {@link dev.chainless.config.Schema} prints the JSON Schema of the same records.
 */
package dev.chainless.config;
