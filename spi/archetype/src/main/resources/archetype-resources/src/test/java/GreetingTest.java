package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.PluginContract;
import dev.chainless.spi.testkit.StageRun;
import org.junit.jupiter.api.Test;

class GreetingTest {

    /** What every plugin has to keep. */
    @Test
    void keepsTheContract() {
        PluginContract.of(new GreetingPlugin()).verify();
    }

    /** What this one does. */
    @Test
    void greets() {
        var context = new FakeContext("${artifactId}", 1);
        var stage = new GreetingPlugin().stage(new Greeting("hi"), context);
        StageRun run = StageRun.of(stage, context.exchange("GET", "/"));
        run.request();
        run.response(200, "x-greeting", "the origin's");
        assertEquals("hi", run.exchange().responseField("x-greeting"));
        run.complete(Completion.FINISHED);
    }
}
