package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.EjectionConfig;
import dev.chainless.config.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Time is what the test says. */
class EjectorTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final List<EndpointRecord> all = new ArrayList<>();
    private long now;

    private void endpoints(int count) {
        all.clear();
        for (int i = 0; i < count; i++) {
            all.add(new EndpointRecord("10.0.0." + (i + 1) + ":80", 1));
        }
    }

    private static EjectionConfig config(int errors, int successRate, int latency, int most) {
        return new EjectionConfig(errors, Duration.ofSeconds(10), 100, successRate, latency, Duration.ofSeconds(10),
                Duration.ofSeconds(60), most, Position.none());
    }

    private boolean ejected(int endpoint) {
        return all.get(endpoint).isEjected();
    }

    private void answers(int endpoint, int good, int bad, long nanos) {
        for (int i = 0; i < bad; i++) {
            all.get(endpoint).failed(0);
        }
        for (int i = 0; i < good; i++) {
            all.get(endpoint).answered(0, 200, nanos);
        }
    }

    @Test
    void errorsInARowEjectAndEachTimeForLonger() {
        endpoints(3);
        var ejector = new Ejector("app", config(5, 0, 0, 50), now);
        answers(0, 0, 4, 0);
        assertFalse(ejector.judge(all, now));
        all.getFirst().answered(0, 503, 1); // the fifth
        assertTrue(ejector.judge(all, now));
        assertTrue(ejected(0));
        now += 10 * SECOND - 1;
        assertFalse(ejector.judge(all, now));
        now += 1;
        assertTrue(ejector.judge(all, now));
        assertFalse(ejected(0));
        answers(0, 0, 5, 0);
        assertTrue(ejector.judge(all, now));
        now += 19 * SECOND;
        assertFalse(ejector.judge(all, now));
        now += SECOND;
        assertTrue(ejector.judge(all, now));
        assertFalse(ejected(0));
    }

    @Test
    void aGoodAnswerEndsTheRow() {
        endpoints(3);
        var ejector = new Ejector("app", config(5, 0, 0, 50), now);
        answers(0, 0, 4, 0);
        answers(0, 1, 0, 1); // 200
        answers(0, 0, 4, 0);
        assertFalse(ejector.judge(all, now));
        all.getFirst().answered(0, 500, 1); // of the application, not of who runs it
        answers(0, 0, 4, 0);
        assertFalse(ejector.judge(all, now));
    }

    @Test
    void noMoreThanTheShareIsEjected() {
        endpoints(5);
        var ejector = new Ejector("app", config(1, 0, 0, 50), now);
        for (int i = 0; i < 5; i++) {
            answers(i, 0, 1, 0);
        }
        ejector.judge(all, now);
        assertEquals(2, all.stream().filter(EndpointRecord::isEjected).count());
    }

    @Test
    void theOnlyEndpointStays() {
        endpoints(1);
        var ejector = new Ejector("app", config(1, 0, 0, 50), now);
        answers(0, 0, 100, 0);
        assertFalse(ejector.judge(all, now));
    }

    @Test
    void aWorseSuccessRateThanTheOthersEjects() {
        endpoints(4);
        var ejector = new Ejector("app", config(0, 20, 0, 50), now);
        for (int i = 0; i < 3; i++) {
            answers(i, 1000, 10, SECOND / 1000);
        }
        answers(3, 600, 400, SECOND / 1000);
        assertFalse(ejector.judge(all, now)); // only at the end of the interval
        now += 10 * SECOND;
        assertTrue(ejector.judge(all, now));
        assertTrue(ejected(3));
    }

    @Test
    void whereAllAreBadNobodyIsEjected() {
        endpoints(4);
        var ejector = new Ejector("app", config(0, 20, 0, 50), now);
        for (int i = 0; i < 4; i++) {
            answers(i, 500, 500, SECOND / 1000);
        }
        now += 10 * SECOND;
        assertFalse(ejector.judge(all, now));
    }

    @Test
    void slowAnswersEjectWhereThatIsAsked() {
        endpoints(4);
        var ejector = new Ejector("app", config(0, 0, 3, 50), now);
        for (int i = 0; i < 4; i++) {
            answers(i, 200, 0, (i == 3 ? 50 : 10 + i) * SECOND / 1000);
        }
        now += 10 * SECOND;
        assertTrue(ejector.judge(all, now));
        assertTrue(ejected(3));
        assertFalse(ejected(2));
    }

    @Test
    void fewAnswersAreNotCompared() {
        endpoints(4);
        var ejector = new Ejector("app", config(0, 20, 3, 50), now);
        for (int i = 0; i < 4; i++) {
            answers(i, i == 3 ? 0 : 99, i == 3 ? 99 : 0, 1);
        }
        now += 10 * SECOND;
        assertFalse(ejector.judge(all, now));
    }

    @Property(tries = 100)
    void whateverHappensTheShareHoldsAndAllComeBack(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 0, max = 7) Integer> failing) {
        endpoints(8);
        var ejector = new Ejector("app", config(3, 20, 0, 30), now);
        for (int endpoint : failing) {
            answers(endpoint, endpoint % 2, 3, 1);
            now += SECOND;
            ejector.judge(all, now);
            assertTrue(all.stream().filter(EndpointRecord::isEjected).count() <= 2);
        }
        all.forEach(state -> state.answered(0, 200, 1));
        now += 61 * SECOND;
        ejector.judge(all, now);
        assertTrue(all.stream().noneMatch(EndpointRecord::isEjected));
    }
}
