package ${package};

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;

/**
 * Greets by a header field.
 *
 * @param line the field
 */
record GreetingStage(FieldLine line) implements ResponseFilter {

    @Override
    public Verdict onResponse(Exchange exchange) {
        exchange.response().set(line);
        return Verdict.CONTINUE;
    }
}
