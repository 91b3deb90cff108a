package dev.chainless.plugin.random;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.spi.Balancer.Picker;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Target;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import dev.chainless.spi.testkit.FakeTarget;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RandomTest {
    private static final int PICKS = 20_000;

    @Property(tries = 50)
    void eachEndpointGetsItsShare(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 1000) Integer> weights) {
        var targets = new ArrayList<Target>();
        weights.forEach(weight -> targets.add(new FakeTarget(new Endpoint("192.0.2.1", 80 + targets.size(), weight))));
        Picker picker = new RandomPlugin().balancer(new RandomConfig(), new FakeContext("app", 1))
                .picker(List.copyOf(targets));
        var attempt = FakeExchange.of("GET", "/").exchange().attempt();
        var counts = new int[weights.size()];
        for (int i = 0; i < PICKS; i++) {
            counts[picker.pick(attempt)]++;
        }
        double sum = weights.stream().mapToInt(Integer::intValue).sum();
        for (int i = 0; i < counts.length; i++) {
            double share = weights.get(i) / sum;
            // Seven standard deviations: one run in 10^11 fails by chance.
            double tolerance = 7 * Math.sqrt(PICKS * share * (1 - share)) + 1;
            assertEquals(PICKS * share, counts[i], tolerance);
        }
    }
}
