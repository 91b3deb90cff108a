package dev.chainless.plugin.roundrobin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Balancer.Picker;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Target;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import dev.chainless.spi.testkit.FakeTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RoundRobinTest {

    @Test
    void spreadsTurnsSmoothly() {
        // The example of the algorithm's first description, in nginx's commit 52327e0627f4.
        assertArrayEquals(new int[] {0, 0, 1, 0, 2, 0, 0}, picks(picker(List.of(5, 1, 1), 1), 0, 7));
    }

    @Test
    void equalWeightsTakeTurnsHoweverLargeTheyAre() {
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2}, picks(picker(List.of(1000, 1000, 1000), 1), 0, 6));
    }

    @Test
    void loopsBeginAtDifferentEndpoints() {
        Picker ordered = picker(List.of(1, 1, 1, 1), 4);
        Picker earning = picker(List.of(997, 991, 983, 977, 971), 4);
        for (int loop = 0; loop < 4; loop++) {
            assertEquals(loop, picks(ordered, loop, 1)[0]);
            assertEquals(loop, picks(earning, loop, 1)[0]);
        }
    }

    @Property(tries = 300)
    void eachEndpointGetsItsWeightOnEachLoop(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 1000) Integer> weights,
            @ForAll @IntRange(min = 1, max = 5) int loops) {
        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        Picker picker = picker(weights, loops);
        for (int loop = 0; loop < loops; loop++) {
            var counts = new int[weights.size()];
            for (int pick : picks(picker, loop, sum)) {
                counts[pick]++;
            }
            assertArrayEquals(weights.stream().mapToInt(Integer::intValue).toArray(), counts);
        }
    }

    @Property(tries = 100)
    void noEndpointIsFarFromItsShareAtAnyTurn(
            @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 1, max = 1000) Integer> weights) {
        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        int[] picks = picks(picker(weights, 1), 0, sum);
        var counts = new int[weights.size()];
        for (int turn = 0; turn < sum; turn++) {
            counts[picks[turn]]++;
            for (int i = 0; i < counts.length; i++) {
                double share = (turn + 1.0) * weights.get(i) / sum;
                assertTrue(Math.abs(counts[i] - share) < weights.size(), () -> Arrays.toString(counts));
            }
        }
    }

    private static Picker picker(List<Integer> weights, int loops) {
        var targets = new ArrayList<Target>();
        weights.forEach(weight -> targets.add(new FakeTarget(new Endpoint("192.0.2.1", 80 + targets.size(), weight))));
        return new RoundRobinPlugin()
                .balancer(new RoundRobinConfig(), new FakeContext("app", loops))
                .picker(List.copyOf(targets));
    }

    private static int[] picks(Picker picker, int loop, int count) {
        var attempt = FakeExchange.of("GET", "/").from("192.0.2.1", loop).exchange().attempt();
        return java.util.stream.IntStream.generate(() -> picker.pick(attempt)).limit(count).toArray();
    }
}
