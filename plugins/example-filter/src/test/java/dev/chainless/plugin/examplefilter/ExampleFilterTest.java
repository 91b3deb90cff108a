package dev.chainless.plugin.examplefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Stage;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.PluginContract;
import dev.chainless.spi.testkit.StageRun;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExampleFilterTest {
    private final FakeContext context = new FakeContext("timing", 2);

    /** What every plugin has to keep. */
    @Test
    void keepsTheContract() {
        PluginContract.of(new ExampleFilterPlugin()).table("digits = 3").verify();
    }

    @Test
    void tellsHowLongItTook() {
        assertEquals("12.3", took(Duration.ofNanos(12_345_678)));
        assertEquals(0, context.counted("example_filter_slow"));
    }

    @Test
    void countsWhatIsSlow() {
        assertEquals("250.0", took(Duration.ofMillis(250)));
        assertEquals("250.1", took(Duration.ofMillis(250).plusNanos(100_000)));
        assertEquals(1, context.counted("example_filter_slow"));
    }

    @Test
    void refusesWhatIsNoName() {
        var refused = assertThrows(IllegalArgumentException.class,
                () -> new ExampleConfig("not a name", 1, Duration.ofSeconds(1)));
        assertTrue(refused.getMessage().contains("not a name"), refused.getMessage());
    }

    private String took(Duration time) {
        Stage stage = new ExampleFilterPlugin().stage(new ExampleConfig("x-took", 1, Duration.ofMillis(250)), context);
        StageRun run = StageRun.of(stage, context.exchange("GET", "/"));
        run.request();
        context.advance(time);
        run.response(200, "x-took", "what the origin says");
        String told = run.exchange().responseField("x-took");
        run.complete(Completion.FINISHED);
        return told;
    }
}
