package dev.chainless.plugin.headers;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;

/**
 * Edits requests and responses.
 *
 * @param requestEdits of the request
 * @param responseEdits of the response
 */
record MessageEdits(HeadEdits requestEdits, HeadEdits responseEdits) implements RequestFilter, ResponseFilter {

    @Override
    public Verdict onRequest(Exchange exchange) {
        requestEdits.apply(exchange.request(), exchange);
        return Verdict.CONTINUE;
    }

    @Override
    public Verdict onResponse(Exchange exchange) {
        responseEdits.apply(exchange.response(), exchange);
        return Verdict.CONTINUE;
    }
}
