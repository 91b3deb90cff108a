package dev.chainless.spi.http;

/** Says who the client is. Never bypassed, closed when it fails. */
public non-sealed interface Authenticator extends HttpStage {

    /**
     * Sets {@link Exchange#principal(Principal)} and continues, or answers. On the loop; must not block.
     *
     * @param exchange the client's request
     * @return what to do next
     */
    Verdict authenticate(Exchange exchange);
}
