package dev.chainless.plugin.peakewma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.Balancer.Picker;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Target;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import dev.chainless.spi.testkit.FakeTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {
    private static final long MS = 1_000_000;
    private static final PeakEwmaConfig CONFIG = new PeakEwmaConfig(Duration.ofSeconds(10), Duration.ofMillis(10));

    private final FakeContext context = new FakeContext("app", 1);
    private final Balancer balancer = new PeakEwmaPlugin().balancer(CONFIG, context);
    private final Attempt attempt = FakeExchange.of("GET", "/").exchange().attempt();

    /** What the average has to be, by its definition, with the clock's ticks. */
    private static final class Model {
        private double average;
        private long tick;

        double at(long now) {
            return average * Math.exp(-((now >> 20) - tick) * (double) (1 << 20) / CONFIG.decay().toNanos());
        }

        void answered(long nanos, long now) {
            double left = Math.exp(-((now >> 20) - tick) * (double) (1 << 20) / CONFIG.decay().toNanos());
            average = nanos > average ? nanos : average * left + nanos * (1 - left);
            tick = now >> 20;
        }
    }

    @Property(tries = 300)
    void averagesAsDefined(@ForAll @Size(max = 50) List<@IntRange(min = 1, max = 2_000_000_000) Integer> nanos,
            @ForAll @Size(min = 1, max = 50) List<@IntRange(max = 2_000_000_000) Integer> pauses) {
        var time = new ResponseTime(CONFIG);
        var model = new Model();
        long now = 0;
        for (int i = 0; i < nanos.size(); i++) {
            now += pauses.get(i % pauses.size());
            time.answered(nanos.get(i), now);
            model.answered(nanos.get(i), now);
            now += pauses.get((i + 1) % pauses.size());
            assertEquals(model.at(now), time.at(now), model.at(now) * 1e-4);
        }
    }

    @Test
    void theSlowOneIsAvoidedWithItsFirstSlowAnswer() {
        Picker picker = balancer.picker(List.copyOf(targets(2)));
        picker.answered(0, MS);
        picker.answered(1, MS);
        picker.answered(0, 10 * MS);
        picked(picker, 1);
    }

    @Test
    void aSlowOneThatIsIdleIsPreferredToAFastOneThatIsBusy() {
        List<FakeTarget> targets = targets(2);
        Picker picker = balancer.picker(List.copyOf(targets));
        picker.answered(0, 10 * MS);
        picker.answered(1, MS);
        targets.get(1).active(8);
        picked(picker, 1);
        targets.get(1).active(10);
        picked(picker, 0);
    }

    @Test
    void aWeightOfTwoHalvesTheLoad() {
        List<FakeTarget> targets = List.of(new FakeTarget(new Endpoint("192.0.2.1", 80, 2)),
                new FakeTarget(new Endpoint("192.0.2.2", 80, 1)));
        Picker picker = balancer.picker(List.copyOf(targets));
        picker.answered(0, 19 * MS);
        picker.answered(1, 10 * MS);
        picked(picker, 0);
        picker.answered(0, 21 * MS);
        picked(picker, 1);
    }

    @Test
    void whatIsAvoidedIsTriedAgainAfterATime() {
        Picker picker = balancer.picker(List.copyOf(targets(2)));
        picker.answered(0, 20 * MS);
        for (int second = 0; second < 29; second++) {
            picker.answered(1, MS);
            picked(picker, 1);
            context.advance(Duration.ofSeconds(1));
        }
        context.advance(Duration.ofSeconds(2)); // exp(-3.1) is less than a twentieth
        picker.answered(1, MS);
        picked(picker, 0);
    }

    @Test
    void oneRequestFindsOutAboutAnUnknownEndpoint() {
        List<FakeTarget> targets = targets(2);
        Picker picker = balancer.picker(List.copyOf(targets));
        picker.answered(0, MS);
        picked(picker, 1);
        targets.get(1).active(1);
        targets.get(0).active(1000);
        picked(picker, 0);
        targets.get(0).active(0);
        targets.get(1).active(0);
        picker.answered(1, MS / 2);
        picked(picker, 1);
    }

    @Test
    void failuresCountAsSlowAnswers() {
        List<FakeTarget> targets = targets(2);
        Picker picker = balancer.picker(List.copyOf(targets));
        picker.failed(1); // not known before: 10 ms
        picker.answered(0, 9 * MS);
        picked(picker, 0);
        picker.answered(0, 11 * MS);
        picked(picker, 1);
        picker.failed(1); // four times as long
        picker.answered(0, 39 * MS);
        picked(picker, 0);
        picker.answered(0, 41 * MS);
        picked(picker, 1);
    }

    @Test
    void whatWasLearntSurvivesAChangeOfTheSet() {
        List<FakeTarget> targets = targets(3);
        Picker before = balancer.picker(List.copyOf(targets));
        before.answered(0, 10 * MS);
        before.answered(1, MS);
        before.answered(2, MS);
        balancer.picker(List.copyOf(targets.subList(1, 3)));
        context.advance(Duration.ofSeconds(101)); // a turn begins
        before.answered(0, 10 * MS);
        before.answered(1, MS);
        Picker after = balancer.picker(List.copyOf(targets.subList(0, 2)));
        picked(after, 1);
        before.answered(1, 20 * MS);
        picked(after, 0);
    }

    @Test
    void whatNoSetHasIsForgotten() {
        for (int i = 0; i < 100; i++) {
            balancer.picker(List.of(new FakeTarget(new Endpoint("192.0.2." + i, 80, 1))));
            context.advance(Duration.ofSeconds(20));
        }
        int kept = ((PeakEwma) balancer).kept();
        assertTrue(kept <= 12, () -> kept + " are kept");
    }

    @Test
    void manyEndpointsAtOnceAreBounded() {
        for (int i = 0; i < 500; i++) {
            int from = i * 1000;
            balancer.picker(IntStream.range(from, from + 1000)
                    .<Target>mapToObj(n -> new FakeTarget(new Endpoint("host-" + n, 80, 1))).toList());
        }
        int kept = ((PeakEwma) balancer).kept();
        assertTrue(kept <= 203_000, () -> kept + " are kept");
    }

    @Test
    void noAnswerIsLostWhereLoopsAnswerAtOnce() throws InterruptedException {
        var time = new ResponseTime(CONFIG);
        var threads = new ArrayList<Thread>();
        for (int thread = 0; thread < 4; thread++) {
            int first = thread;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 1; i <= 10_000; i++) {
                    time.answered(i * 4 + first, 0);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(40_003, time.at(0));
    }

    private void picked(Picker picker, int expected) {
        for (int i = 0; i < 20; i++) {
            assertEquals(expected, picker.pick(attempt));
        }
    }

    private static List<FakeTarget> targets(int count) {
        return IntStream.range(0, count).mapToObj(i -> new FakeTarget(new Endpoint("192.0.2." + i, 80, 1))).toList();
    }
}
