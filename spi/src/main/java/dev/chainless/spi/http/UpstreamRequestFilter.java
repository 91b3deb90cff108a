package dev.chainless.spi.http;

/** Looks at or edits what is sent to an endpoint, anew for each attempt. */
public non-sealed interface UpstreamRequestFilter extends HttpStage {

    /**
     * Runs after the endpoint was chosen and before the head is sent. Edits of {@link Attempt#request()} are the attempt's own. {@link Verdict#RESPONDED} ends the attempts with a local reply.
     *
     * @param attempt the try that is about to be made
     * @return what to do next
     */
    Verdict onUpstreamRequest(Attempt attempt);
}
