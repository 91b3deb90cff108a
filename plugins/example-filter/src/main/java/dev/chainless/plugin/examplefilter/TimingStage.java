package dev.chainless.plugin.examplefilter;

import dev.chainless.spi.Counter;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Measures from the request's way past this stage to the response's way back.
 *
 * @param field that tells the time
 * @param digits behind the point
 * @param slowNanos what counts as slow
 * @param context whose clock is asked, so that a test can move it
 * @param began when the exchange came by, in nanoseconds
 * @param slow counts
 */
record TimingStage(FieldName field, int digits, long slowNanos, PluginContext context, Slot<Long> began,
        Counter slow) implements RequestFilter, ResponseFilter {

    @Override
    public Verdict onRequest(Exchange exchange) {
        exchange.put(began, context.nanoTime());
        return Verdict.CONTINUE;
    }

    @Override
    public Verdict onResponse(Exchange exchange) {
        Long from = exchange.get(began);
        if (from == null) {
            return Verdict.CONTINUE; // a stage before this one answered, so that the request never came by
        }
        long nanos = context.nanoTime() - from;
        if (nanos > slowNanos) {
            slow.increment(exchange.loop());
        }
        exchange.response().set(field,
                BigDecimal.valueOf(nanos, 6).setScale(digits, RoundingMode.HALF_UP).toPlainString());
        return Verdict.CONTINUE;
    }
}
