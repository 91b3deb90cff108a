package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Verdict;

/**
 * A limit of which only rejections speak.
 *
 * @param decision makes it
 */
record Limit(Decision decision) implements Policy {

    @Override
    public Verdict decide(Exchange exchange) {
        long outcome = decision.about(exchange);
        return outcome >= 0 ? Verdict.CONTINUE : decision.reply().answer(exchange, outcome);
    }

    @Override
    public boolean needsPrincipal() {
        return decision.needsPrincipal();
    }
}
