package dev.chainless.spi.http;

/** Looks at or edits the request of each exchange, or answers it. */
public non-sealed interface RequestFilter extends HttpStage {

    /**
     * Runs when the request's head is complete and routed, in the order of the route's stages. On the loop; must not block.
     *
     * @param exchange the client's request
     * @return what to do next
     */
    Verdict onRequest(Exchange exchange);
}
