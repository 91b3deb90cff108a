package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class LatencyHistogramTest {

    @Property
    void percentilesAreWithinFivePercent(
            @ForAll @Size(min = 1, max = 200) List<@LongRange(min = 1_000, max = 60_000_000_000L) Long> values,
            @ForAll @DoubleRange(min = 0, max = 1) double share) {
        LatencyHistogram histogram = new LatencyHistogram(4);
        for (int i = 0; i < values.size(); i++) {
            histogram.record(i % 4, values.get(i));
        }
        List<Long> sorted = values.stream().sorted().toList();
        int rank = Math.max(1, (int) Math.ceil(share * sorted.size()));
        double exact = sorted.get(rank - 1);
        assertEquals(1, histogram.percentile(share) / exact, 0.05);
        assertEquals(values.size(), histogram.count());
        assertEquals(values.stream().mapToLong(v -> v).sum(), histogram.sumNanos());
    }

    @Example
    void extremesAreClamped() {
        LatencyHistogram histogram = new LatencyHistogram(1);
        assertEquals(0, histogram.percentile(0.5));
        histogram.record(0, Long.MAX_VALUE);
        assertEquals(60_000_000_000L, histogram.percentile(1));
        histogram.record(0, -5);
        histogram.record(0, 0);
        assertTrue(histogram.percentile(0.5) < 100);
        assertEquals(60_000_000_000L, histogram.sumNanos());
    }

    @Example
    void countsByBounds() {
        LatencyHistogram histogram = new LatencyHistogram(2);
        histogram.record(0, 900_000);
        histogram.record(1, 3_000_000);
        histogram.record(1, 3_000_000);
        histogram.record(1, 70_000_000_000L);
        assertArrayEquals(new long[] {1, 2, 1}, histogram.counts(new long[] {1_000_000, 5_000_000}));
    }
}
