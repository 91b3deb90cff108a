package dev.chainless.spi.http;

/** Looks at or edits the response of each exchange, the gateway's own replies included. */
public non-sealed interface ResponseFilter extends HttpStage {

    /**
     * Runs before the response's head is written, in reverse order of the stages, for those stages that the exchange entered. May replace the response by {@link Exchange#respond}, then returning {@link Verdict#CONTINUE}: later filters see the new one.
     *
     * @param exchange whose {@link Exchange#response()} is about to be written
     * @return what to do next
     */
    Verdict onResponse(Exchange exchange);
}
