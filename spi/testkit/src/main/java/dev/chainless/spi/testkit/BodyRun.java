package dev.chainless.spi.testkit;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One direction of a body through one stage: while the stage has paused it, what comes waits here. */
final class BodyRun {
    /** The calls of a stage for one direction. */
    private interface Calls {
        void data(ByteBuf chunk, BodyOut out);

        void flush(BodyOut out);

        void end(@Nullable Head trailers, BodyOut out);
    }

    private final FakeContext context;
    private final Exchange exchange;
    private final Calls calls;
    private final GatheredBody out;
    private final ArrayDeque<ByteBuf> inbox = new ArrayDeque<>();
    private @Nullable Head lastTrailers;
    private boolean endWaits;
    private boolean closed;

    private BodyRun(FakeExchange fake, Calls calls) {
        this.context = fake.context();
        this.exchange = fake.exchange();
        this.calls = calls;
        this.out = new GatheredBody(fake.context());
    }

    static BodyRun ofRequest(FakeExchange fake, HttpStage stage) {
        return new BodyRun(fake, new Calls() {
            @Override
            public void data(ByteBuf chunk, BodyOut out) {
                if (stage instanceof RequestBody body) {
                    body.requestData(fake.exchange(), chunk, out);
                } else {
                    out.data(chunk);
                }
            }

            @Override
            public void flush(BodyOut out) {
                // A request's body waits for its end.
            }

            @Override
            public void end(@Nullable Head trailers, BodyOut out) {
                if (stage instanceof RequestBody body) {
                    body.requestEnd(fake.exchange(), trailers, out);
                } else {
                    out.end(trailers);
                }
            }
        });
    }

    static BodyRun ofResponse(FakeExchange fake, HttpStage stage, BooleanSupplier wanted) {
        return new BodyRun(fake, new Calls() {
            @Override
            public void data(ByteBuf chunk, BodyOut out) {
                if (stage instanceof ResponseBody body && wanted.getAsBoolean()) {
                    body.responseData(fake.exchange(), chunk, out);
                } else {
                    out.data(chunk);
                }
            }

            @Override
            public void flush(BodyOut out) {
                if (stage instanceof ResponseBody body && wanted.getAsBoolean()) {
                    body.responseFlush(fake.exchange(), out);
                }
            }

            @Override
            public void end(@Nullable Head trailers, BodyOut out) {
                if (stage instanceof ResponseBody body && wanted.getAsBoolean()) {
                    body.responseEnd(fake.exchange(), trailers, out);
                } else {
                    out.end(trailers);
                }
            }
        });
    }

    GatheredBody out() {
        return out;
    }

    void data(ByteBuf chunk) {
        if (closed) {
            chunk.release();
        } else if (out.suspended() || !inbox.isEmpty()) {
            inbox.add(chunk);
        } else {
            calls.data(chunk, out);
        }
    }

    void flush() {
        if (!closed && !out.suspended() && inbox.isEmpty()) {
            calls.flush(out);
        }
    }

    void end(@Nullable Head trailers) {
        if (closed) {
            return;
        }
        if (out.suspended() || !inbox.isEmpty()) {
            endWaits = true;
            lastTrailers = trailers;
        } else {
            calls.end(trailers, out);
        }
    }

    /** {@return whether the direction goes on, or went on by now; false if nothing was decided in that time, or too late} */
    boolean await(Duration time) {
        for (FakeSuspension waiting = out.suspension(); waiting != null; waiting = out.suspension()) {
            context.runTasks(exchange.loop());
            if (!waiting.await(time)) {
                return false;
            }
            Suspension.Continuation rest = waiting.rest();
            if (rest == null) {
                return false;
            }
            out.resumed();
            rest.resume(exchange);
            deliver();
        }
        return true;
    }

    void close() {
        closed = true;
        out.close();
        inbox.forEach(ByteBuf::release);
        inbox.clear();
    }

    private void deliver() {
        while (!out.suspended() && !inbox.isEmpty()) {
            calls.data(inbox.remove(), out);
        }
        if (endWaits && !out.suspended() && inbox.isEmpty()) {
            endWaits = false;
            calls.end(lastTrailers, out);
        }
    }
}
