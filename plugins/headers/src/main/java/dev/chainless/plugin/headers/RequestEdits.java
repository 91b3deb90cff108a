package dev.chainless.plugin.headers;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.Verdict;

/**
 * Edits requests.
 *
 * @param edits of the request
 */
record RequestEdits(HeadEdits edits) implements RequestFilter {

    @Override
    public Verdict onRequest(Exchange exchange) {
        edits.apply(exchange.request(), exchange);
        return Verdict.CONTINUE;
    }
}
