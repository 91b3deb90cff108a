package dev.chainless.plugin.accesslog;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.http.Exchange;

/**
 * Says when an exchange began and how long it took.
 *
 * @param context has both clocks
 */
record Clocks(PluginContext context) {

    /**
     * The times of an exchange.
     *
     * @param startMillis wall clock, since 1970
     * @param firstByteMicros until the response's head was written, 0 if it never was
     * @param totalMicros until now
     */
    record Times(long startMillis, long firstByteMicros, long totalMicros) {}

    Times times(Exchange exchange) {
        long elapsed = Math.max(0, context.nanoTime() - exchange.startNanos());
        long firstByte = exchange.responseNanos() == 0 ? 0 : exchange.responseNanos() - exchange.startNanos();
        return new Times(context.clock().millis() - elapsed / 1_000_000, Math.max(0, firstByte) / 1000, elapsed / 1000);
    }
}
