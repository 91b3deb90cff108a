package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.Handover;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import java.util.Map;

/**
 * A limit of which every response speaks.
 *
 * @param decision makes it
 * @param standing of the exchange's key
 */
record AnnouncedLimit(Decision decision, Slot<Standing> standing)
        implements Policy, ResponseFilter, Handover<Map<String, Object>> {

    @Override
    public Verdict decide(Exchange exchange) {
        long outcome = decision.about(exchange);
        if (outcome != Decision.UNLIMITED && outcome != Decision.NO_KEY) {
            exchange.put(standing, decision.standing(outcome));
        }
        return outcome >= 0 ? Verdict.CONTINUE : decision.reply().answer(exchange, outcome);
    }

    @Override
    public Verdict onResponse(Exchange exchange) {
        Standing known = exchange.get(standing);
        if (known != null) {
            decision.reply().announce(exchange.response(), known);
        }
        return Verdict.CONTINUE;
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
