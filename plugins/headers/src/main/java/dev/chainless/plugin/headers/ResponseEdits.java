package dev.chainless.plugin.headers;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;

/**
 * Edits responses.
 *
 * @param edits of the response
 */
record ResponseEdits(HeadEdits edits) implements ResponseFilter {

    @Override
    public Verdict onResponse(Exchange exchange) {
        edits.apply(exchange.response(), exchange);
        return Verdict.CONTINUE;
    }
}
