package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import java.util.List;
import java.util.Optional;

/** What the admin server shows of a gateway. Called on the admin thread; thread-safe, and quick but for {@link #reload}. */
interface AdminView {

    /** {@return why no traffic should be sent here, a sentence each; empty when the gateway is ready} */
    List<String> unreadiness();

    /** {@return the routes in the order of the configuration} */
    List<RouteRow> routes();

    /** {@return the endpoints of all clusters} */
    List<UpstreamRow> upstreams();

    /** {@return the plugins that are loaded, named and not there, or were replaced not long ago} */
    List<PluginRow> plugins();

    /** {@return the configuration in effect} */
    GatewayConfig config();

    /**
     * Reads the configuration again and puts it into effect. Not on the admin thread.
     *
     * @throws dev.chainless.config.ConfigException with all that is wrong with it
     * @throws StartException likewise in one sentence
     */
    Reloaded reload();

    /**
     * A route.
     *
     * @param name of the route
     * @param listeners whose requests it takes
     * @param host patterns, empty for every host
     * @param path the pattern
     * @param methods empty for every method
     * @param stages in order, those of the listener not among them
     * @param target where its requests go, for people: {@code app}, {@code redirect 308}
     */
    record RouteRow(String name, List<String> listeners, List<String> host, String path, List<String> methods,
            List<String> stages, String target) {}

    /**
     * An endpoint of a cluster.
     *
     * @param cluster its name
     * @param endpoint host and port
     * @param weight 1 to 1000
     * @param region where it is, in the large
     * @param zone where it is, in the small
     * @param priority 0 for those that are used first
     * @param state {@code well}, {@code warming} for one on the way to its full share, {@code ejected} for how it answered, or
     *     {@code ill} by its health checks
     * @param active connections in use
     * @param idle connections kept for the next request
     * @param attempts under way
     * @param requests attempts made so far
     * @param failures attempts that ended without a response
     */
    record UpstreamRow(String cluster, String endpoint, int weight, String region, String zone, int priority,
            String state, long active, long idle, long attempts, long requests, long failures) {}

    /**
     * A plugin.
     *
     * @param name by which the TOML speaks of it
     * @param version of its module, empty if it has none
     * @param digest SHA-256 of its jar in hex, empty if it was given as an object
     * @param kind {@code protocol}, {@code filter}, {@code auth}, {@code policy}, {@code balancer} or
     *     {@code discovery}
     * @param module its name, empty on a class path
     * @param state {@code loading}, {@code live}, {@code draining}, {@code closed}, {@code unloaded}, {@code not collected}, {@code failed}
     *     or {@code absent}
     * @param uses the routes, listeners and clusters that it serves
     * @param exchanges under way under the configurations that use it
     * @param since when it was loaded
     * @param failure the last thing that went wrong with it
     */
    record PluginRow(String name, String version, String digest, String kind, String module, String state,
            List<String> uses, long exchanges, String since, Optional<String> failure) {}
}
