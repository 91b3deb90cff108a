package dev.chainless.plugin.leastrequest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Balancer.Picker;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Target;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import dev.chainless.spi.testkit.FakeTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LeastRequestTest {
    private final Attempt attempt = FakeExchange.of("GET", "/").exchange().attempt();

    @Property(tries = 200)
    void ofTwoWithEqualWeightsTheOneWithFewerRequestsGetsIt(
            @ForAll @IntRange(max = 1000) int one, @ForAll @IntRange(max = 1000) int other) {
        List<FakeTarget> targets = targets(List.of(3, 3));
        targets.get(0).active(one);
        targets.get(1).active(other);
        Picker picker = picker(targets, 2);
        for (int i = 0; i < 20 && one != other; i++) {
            assertEquals(one < other ? 0 : 1, picker.pick(attempt));
        }
    }

    @Property(tries = 100)
    void theBusiestIsNeverPickedForItsWeight(
            @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 1, max = 1000) Integer> weights,
            @ForAll @IntRange(max = 5) int at) {
        List<FakeTarget> targets = targets(weights);
        int busy = at % targets.size();
        // Whatever it is compared with is idle, and would be less busy with the request.
        targets.get(busy).active(1000 * 1000);
        Picker picker = picker(targets, 2);
        for (int i = 0; i < 50; i++) {
            assertTrue(picker.pick(attempt) != busy);
        }
    }

    /** The state of a queue with endpoints of which each ends one request at a time by chance. */
    @Property(tries = 30)
    void whatIsUnderWayIsSharedByTheWeights(
            @ForAll @Size(min = 2, max = 5) List<@IntRange(min = 1, max = 10) Integer> weights, @ForAll long seed) {
        List<FakeTarget> targets = targets(weights);
        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        Picker picker = picker(targets, 16);
        var ends = new Random(seed);
        int[] active = new int[targets.size()];
        var queue = new ArrayList<Integer>();
        for (int i = 0; i < 20_000; i++) {
            int picked = picker.pick(attempt);
            targets.get(picked).active(++active[picked]);
            queue.add(picked);
            if (queue.size() > 100 * sum) {
                int last = queue.size() - 1;
                int ended = ends.nextInt(queue.size());
                int endpoint = queue.set(ended, queue.get(last));
                queue.remove(last);
                targets.get(endpoint).active(--active[endpoint]);
            }
        }
        for (int i = 0; i < active.length; i++) {
            assertEquals(100.0 * weights.get(i), active[i], 0.1 * 100 * weights.get(i) + 10,
                    () -> weights + ": " + Arrays.toString(active));
        }
    }

    @Test
    void whereNothingIsUnderWayTheWeightsDecide() {
        Picker picker = picker(targets(List.of(1, 3)), 2);
        int[] counts = counts(picker, 2, 20_000);
        assertEquals(5000, counts[0], 450, () -> Arrays.toString(counts)); // seven standard deviations
    }

    @Test
    void aSmallWeightDoesNotGetWhatComesJustSinceItIsIdle() {
        List<FakeTarget> targets = targets(List.of(1, 99));
        targets.get(1).active(20);
        int[] counts = counts(picker(targets, 2), 2, 20_000);
        assertEquals(200, counts[0], 100, () -> Arrays.toString(counts));
    }

    @Test
    void aSlowEndpointGetsFewRequests() {
        List<FakeTarget> targets = targets(List.of(1, 1, 1));
        Picker picker = picker(targets, 2);
        int[] counts = new int[3];
        long[][] until = new long[3][];
        Arrays.setAll(until, i -> new long[64]);
        int[] takes = {1, 1, 20}; // how many arrivals later a request ends
        for (int now = 0; now < 3000; now++) {
            int moment = now;
            for (int i = 0; i < 3; i++) {
                targets.get(i).active((int) Arrays.stream(until[i]).filter(end -> end > moment).count());
            }
            int picked = picker.pick(attempt);
            counts[picked]++;
            int place = IntStream.range(0, 64).filter(i -> until[picked][i] <= moment).findFirst().orElseThrow();
            until[picked][place] = now + 1 + takes[picked];
        }
        assertTrue(counts[2] < counts[0] / 4 && counts[2] < counts[1] / 4, () -> Arrays.toString(counts));
    }

    private int[] counts(Picker picker, int endpoints, int picks) {
        var counts = new int[endpoints];
        for (int i = 0; i < picks; i++) {
            counts[picker.pick(attempt)]++;
        }
        return counts;
    }

    private static List<FakeTarget> targets(List<Integer> weights) {
        var targets = new ArrayList<FakeTarget>();
        weights.forEach(weight -> targets.add(new FakeTarget(new Endpoint("192.0.2.1", 80 + targets.size(), weight))));
        return targets;
    }

    private static Picker picker(List<FakeTarget> targets, int choices) {
        return new LeastRequestPlugin().balancer(new LeastRequestConfig(choices), new FakeContext("app", 1))
                .picker(List.<Target>copyOf(targets));
    }
}
