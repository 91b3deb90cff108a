package dev.chainless.tests.bench;

import java.io.IOException;
import java.util.List;

/// Something that stands between client and origin and can be measured.
///
/// All but the [Floor] do the same work: [#ROUTES] path prefixes to one cluster with keep-alive connections, a request
/// id that the origin and the client get to see, a rate limit per client address that never triggers, one response
/// field set, one request field removed, metrics where there are some, no access log.
sealed interface Contender permits Chainless, Nginx, HAProxy, Envoy, Floor {
    /// Requests go to `/r0/` … `/r99/` in turn.
    int ROUTES = 100;

    /// {@return the name in tables and options}
    String name();

    /// {@return what is measured, for the record}
    String version();

    /// {@return whether it counts as one of the peers that the best figure is sought among}
    boolean peer();

    /// {@return whether it does the work above, rather than copy bytes}
    default boolean worksAlike() {
        return true;
    }

    /// {@return what load is put on it in the comparison of a work}
    default Work load(Work work) {
        return work;
    }

    /// Writes the configuration and returns the command that runs in the foreground with it.
    List<String> command(Place place) throws IOException;
}
