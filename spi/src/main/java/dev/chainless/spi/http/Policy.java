package dev.chainless.spi.http;

/** Decides whether an exchange may go on. Never bypassed, closed when it fails. */
public non-sealed interface Policy extends HttpStage {

    /**
     * Continues, or answers. On the loop; must not block.
     *
     * @param exchange the client's request
     * @return what to do next
     */
    Verdict decide(Exchange exchange);
}
