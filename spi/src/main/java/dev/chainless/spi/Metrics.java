package dev.chainless.spi;

import java.util.function.LongSupplier;

/**
 * Registers metrics. A name is in Prometheus's form without the prefix {@code chainless_} and without the suffix of its
 * unit's type; the host adds both. Register when a stage is made; the fast path only counts.
 */
public interface Metrics {

    /**
     * Registers a counter, or finds the one that is registered under the same name and labels.
     *
     * @param name for example {@code rate_limit_rejected}
     * @param help one sentence
     * @param labels names and values in turn
     * @return a counter that only grows
     */
    Counter counter(String name, String help, String... labels);

    /**
     * Registers a gauge that is read when metrics are scraped, on the admin thread.
     *
     * @param name for example {@code rate_limit_keys}
     * @param help one sentence
     * @param value thread-safe, must not block
     * @param labels names and values in turn
     */
    void gauge(String name, String help, LongSupplier value, String... labels);
}
