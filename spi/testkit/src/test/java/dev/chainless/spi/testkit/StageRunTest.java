package dev.chainless.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StageRunTest {
    private final FakeContext context = new FakeContext("test", 2);
    private final AtomicReference<Suspension> suspension = new AtomicReference<>();
    private final AtomicInteger cancels = new AtomicInteger();
    private final RequestFilter waits = exchange -> {
        suspension.set(exchange.suspend(Duration.ofSeconds(2), cancels::incrementAndGet));
        return suspension.get().verdict();
    };

    @Test
    void aSuspensionGoesOnOnceAndOnTheTestsThread() {
        StageRun run = StageRun.of(waits, context.exchange("GET", "/"));
        assertEquals(Verdict.SUSPENDED, run.request());
        var loop = new AtomicReference<Thread>();
        Thread.ofVirtual().start(() -> suspension.get().resume(exchange -> {
            loop.set(Thread.currentThread());
            return exchange.respond(403);
        }));
        assertEquals(Verdict.RESPONDED, run.await());
        assertEquals(Thread.currentThread(), loop.get());
        assertFalse(suspension.get().resume(Verdict.CONTINUE));
        run.complete(Completion.FINISHED);
        assertEquals(0, cancels.get());
    }

    @Test
    void aDeadlinePassesWhenTheClockIsMoved() {
        StageRun run = StageRun.of(waits, context.exchange("GET", "/"));
        run.request();
        context.advance(Duration.ofMillis(1999));
        assertEquals(0, cancels.get());
        context.advance(Duration.ofMillis(1));
        assertEquals(1, cancels.get());
        assertEquals(Verdict.RESPONDED, run.await());
        assertEquals(504, run.exchange().exchange().response().status());
        run.complete(Completion.FINISHED);
        assertEquals(1, cancels.get());
        assertFalse(suspension.get().resume(Verdict.CONTINUE));
    }

    @Test
    void anEndCancelsWhatWaits() {
        StageRun run = StageRun.of(waits, context.exchange("GET", "/"));
        run.request();
        run.complete(Completion.CLIENT_ABORTED);
        assertEquals(1, cancels.get());
        assertThrows(IllegalStateException.class, () -> run.complete(Completion.FINISHED));
    }

    @Test
    void aPausedBodyWaitsInOrder() {
        RequestBody slow = (_, chunk, out) -> {
            out.data(chunk);
            suspension.set(out.suspend(Duration.ofSeconds(2), cancels::incrementAndGet));
        };
        StageRun run = StageRun.of(slow, context.exchange("POST", "/"));
        for (String piece : new String[] {"a", "b", "c"}) {
            run.requestData(Unpooled.copiedBuffer(piece, StandardCharsets.UTF_8));
        }
        run.requestEnd(null);
        assertEquals("a", run.requestBody().text());
        suspension.get().resume(Verdict.CONTINUE);
        Thread.ofVirtual().start(() -> {
            // The second and third pause come when the first is over.
            for (Suspension seen = suspension.get(); !run.requestBody().ended(); seen = suspension.get()) {
                seen.resume(Verdict.CONTINUE);
                Thread.yield();
            }
        });
        run.await();
        assertTrue(run.requestBody().ended());
        assertEquals("abc", run.requestBody().text());
        run.complete(Completion.FINISHED);
        assertEquals(0, cancels.get());
    }

    @Test
    void aReplacedResponseIsSeenAndItsBodyCanBeRead() {
        ResponseFilter replaces = exchange -> {
            exchange.respond(502, null, Unpooled.copiedBuffer("no", StandardCharsets.UTF_8));
            return Verdict.CONTINUE;
        };
        StageRun run = StageRun.of(replaces, context.exchange("GET", "/"));
        assertEquals(Verdict.CONTINUE, run.request());
        assertEquals(Verdict.CONTINUE, run.upstreamRequest());
        run.response(200, "content-length", "3");
        assertEquals(502, run.exchange().exchange().response().status());
        assertEquals("no", run.exchange().takeBody());
        run.complete(Completion.FINISHED);
    }
}
