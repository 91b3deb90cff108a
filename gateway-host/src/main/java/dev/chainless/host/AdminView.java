package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the admin server shows of a gateway. Called on the admin thread; thread-safe, and quick but for {@link #reload}. */
interface AdminView {

    /** {@return why no traffic should be sent here, a sentence each; empty when the gateway is ready} */
    List<String> unreadiness();

    /** {@return the state of the process} */
    StatusRow status();

    /** {@return what the busiest routes and endpoints have done} Lets single exchanges be recorded for the next minute. */
    TrafficRow traffic();

    /**
     * {@return for each listener that a request could reach, the route that would take it} Not on the admin thread.
     *
     * @param method of the request
     * @param url {@code https://host:port/path?query}, or a path alone
     * @param headers {@code name: value} each
     * @throws IllegalArgumentException with a sentence, if this is no request
     */
    List<MatchRow> match(String method, String url, List<String> headers);

    /**
     * {@return in what the file, as it is now, differs from the configuration in effect} Not on the admin thread.
     *
     * @throws dev.chainless.config.ConfigException with all that is wrong with the file
     * @throws StartException if there is no file
     */
    DiffRow diff();

    /** Makes the gateway unready, and stops it later. {@return when that will be, empty if it drains already} */
    String drain(Duration time);

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
     * The state of a process.
     *
     * @param version of the gateway
     * @param java its version
     * @param pid of the process
     * @param started when the gateway was made
     * @param uptimeSeconds since then
     * @param generation the number of the configuration in effect, 0 while the first is made
     * @param ready whether traffic should be sent here
     * @param reasons why not, a sentence each
     * @param state {@code serving}, {@code leaving} while it serves but is to stop, or {@code draining}
     * @param stopsAt when it begins to drain, of one that leaves
     * @param connections of clients
     * @param exchanges under way
     * @param loops the event loops
     * @param memory what it takes
     */
    record StatusRow(String version, String java, long pid, String started, long uptimeSeconds, long generation,
            boolean ready, List<String> reasons, String state, Optional<String> stopsAt, long connections,
            long exchanges,
            List<LoopRow> loops, MemoryRow memory) {}

    /**
     * An event loop.
     *
     * @param loop its index
     * @param connections of clients that it serves
     * @param stalled whether something keeps it from coming back
     */
    record LoopRow(int loop, int connections, boolean stalled) {}

    /**
     * Memory in bytes.
     *
     * @param heapUsed by objects, living or not
     * @param heapMax that the heap may grow to
     * @param buffers that Netty's allocator holds outside the heap
     * @param resident of the whole process
     */
    record MemoryRow(long heapUsed, long heapMax, long buffers, long resident) {}

    /**
     * What was counted since the start, of the routes and endpoints with the most requests.
     *
     * @param nanos a clock that only runs forward, for rates
     * @param routes on each listener
     * @param upstreams the endpoints
     */
    record TrafficRow(long nanos, List<RouteTraffic> routes, List<UpstreamTraffic> upstreams) {}

    /**
     * A route on a listener.
     *
     * @param route its name, empty for what has no route
     * @param listener its name
     * @param requests that have ended
     * @param errors those answered with a status from 500 on, or not at all
     * @param latency how many took how long, since somebody watches
     */
    record RouteTraffic(String route, String listener, long requests, long errors, List<Cell> latency) {}

    /**
     * An endpoint.
     *
     * @param cluster its name
     * @param endpoint host and port
     * @param state as in {@link UpstreamRow}
     * @param requests attempts made so far
     * @param errors attempts that ended without a response
     * @param latency until the head of the response, since somebody watches
     */
    record UpstreamTraffic(String cluster, String endpoint, String state, long requests, long errors,
            List<Cell> latency) {}

    /**
     * How many took about this long.
     *
     * @param nanos known to 6.25 %
     * @param count how many
     */
    record Cell(long nanos, long count) {}

    /**
     * What a listener would do with a request.
     *
     * @param listener its name
     * @param route that takes it, if one does
     * @param target where it goes
     * @param why in a sentence
     * @param candidates what the routes of the listener made of it: those that take it, the first of them doing so, and those that
     *     came close; at most 20
     */
    record MatchRow(String listener, Optional<String> route, Optional<String> target, String why,
            List<CandidateRow> candidates) {}

    /**
     * What a route makes of a request.
     *
     * @param route its name
     * @param fits whether it would take it, if no other did before
     * @param failed what it asks for in vain, a sentence each
     */
    record CandidateRow(String route, boolean fits, List<String> failed) {}

    /**
     * In what a file differs from the configuration in effect.
     *
     * @param total how many keys differ
     * @param changes the first 1,000 of them
     * @param needsRestart those of them that a reload refuses to change
     */
    record DiffRow(int total, List<ChangeRow> changes, List<String> needsRestart) {}

    /**
     * A key whose value differs.
     *
     * @param key its path
     * @param running what is in effect, in TOML; absent if there is nothing
     * @param file what the file says, likewise
     */
    record ChangeRow(String key, Optional<String> running, Optional<String> file) {}

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
