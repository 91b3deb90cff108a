package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.Handover;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Verdict;
import java.util.Map;

/**
 * A limit of which only rejections speak.
 *
 * @param decision makes it
 */
record Limit(Decision decision) implements Policy, Handover<Map<String, Object>> {

    @Override
    public Verdict decide(Exchange exchange) {
        long outcome = decision.about(exchange);
        return outcome >= 0 ? Verdict.CONTINUE : decision.reply().answer(exchange, outcome);
    }

    @Override
    public Map<String, Object> handOver() {
        return decision.state().handOver();
    }

    @Override
    public boolean needsPrincipal() {
        return decision.needsPrincipal();
    }
}
