package dev.chainless.spi.http;

/** Records an exchange after its end. */
public non-sealed interface AccessLog extends HttpStage {

    /**
     * Runs once, after every stage's {@code complete}. On the loop; must not block.
     *
     * @param exchange the exchange that ended, with its times and counts
     */
    void log(Exchange exchange);
}
