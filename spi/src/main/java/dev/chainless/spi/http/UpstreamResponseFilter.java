package dev.chainless.spi.http;

/** Looks at or edits what an endpoint answered, before any response filter. */
public non-sealed interface UpstreamResponseFilter extends HttpStage {

    /**
     * Runs when a final response's head has come. In reverse order of the stages.
     *
     * @param attempt the try that was answered
     * @return what to do next
     */
    Verdict onUpstreamResponse(Attempt attempt);
}
