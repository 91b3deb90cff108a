package dev.chainless.plugin.peakewma;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * How response times are averaged.
 *
 * @param decay in which what was measured loses all but 37 % of its weight
 * @param failurePenalty the least response time that a failure counts as
 */
record PeakEwmaConfig(
        @Doc("How long a response time counts: after so long 37 % of its weight are left, after three times as long 5 %.")
        @Default("10s") @Range(min = "10ms", max = "1h") Duration decay,
        @Doc("What a failed attempt counts as: four times the average response time of the endpoint, and at least this.")
        @Default("10ms") @Range(max = "10m") Duration failurePenalty) {}
