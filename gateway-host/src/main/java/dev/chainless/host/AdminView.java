package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import java.util.List;

/** What the admin server shows of a gateway. Called on the admin thread; thread-safe, and quick but for {@link #reload}. */
interface AdminView {

    /** {@return why no traffic should be sent here, a sentence each; empty when the gateway is ready} */
    List<String> unreadiness();

    /** {@return the routes in the order of the configuration} */
    List<RouteRow> routes();

    /** {@return the endpoints of all clusters} */
    List<UpstreamRow> upstreams();

    /** {@return the plugins that are loaded, or named and not there} */
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
     * @param active connections in use
     * @param idle connections kept for the next request
     * @param requests attempts made so far
     * @param failures attempts that ended without a response
     */
    record UpstreamRow(String cluster, String endpoint, int weight, long active, long idle, long requests,
            long failures) {}

    /**
     * A plugin.
     *
     * @param name by which the TOML speaks of it
     * @param version of its module, empty if it has none
     * @param digest SHA-256 of its jar in hex, empty if it was given as an object
     * @param kind {@code protocol}, {@code filter}, {@code auth}, {@code policy} or {@code balancer}
     * @param module its name, empty on a class path
     * @param uses the stages, listeners and clusters that it serves
     */
    record PluginRow(String name, String version, String digest, String kind, String module, List<String> uses) {}
}
