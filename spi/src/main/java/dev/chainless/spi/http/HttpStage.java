package dev.chainless.spi.http;

import dev.chainless.spi.Stage;

/**
 * A stage of an HTTP route. A stage implements one or more of the permitted types, each of which names the moment at
 * which it runs.
 */
public sealed interface HttpStage extends Stage
        permits RequestFilter, Authenticator, Policy, RequestBody, UpstreamRequestFilter, UpstreamResponseFilter,
        ResponseFilter, ResponseBody, AccessLog {

    /**
     * Runs exactly once for each exchange that entered the stage, however it ended: also after abort, reset, timeout and
     * tunnel. On the loop; heads and slots can still be read.
     *
     * @param exchange the exchange that ended
     * @param reason how it ended
     */
    default void complete(Exchange exchange, Completion reason) {}

    /**
     * {@return whether an exchange goes on behind this stage when it throws or does not decide by its deadline, where it would
     * otherwise be answered by 500 or 504} Asked once, when the stage was made. Never for an authenticator or a policy: one that says so is refused. A stage
     * that gets bodies breaks the exchange off all the same when it throws there.
     */
    default boolean failsOpen() {
        return false;
    }

    /** {@return whether a stage before this one must say who the client is; a route that lacks one is refused} */
    default boolean needsPrincipal() {
        return false;
    }
}
