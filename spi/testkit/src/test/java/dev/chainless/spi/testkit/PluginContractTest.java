package dev.chainless.spi.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Blocking;
import dev.chainless.spi.Deadline;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Handover;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.Stage;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.http.Async;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.ClientRequest;
import dev.chainless.spi.http.ClientResponse;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** For each rule of the contract a plugin that breaks it, and one that keeps all in ways that are hard to tell. */
class PluginContractTest {

    record Settings(@Default("1") int number) {}

    /** A plugin whose stage is made by a function. */
    public static final class Sample implements FilterPlugin<Settings> {
        private final Function<PluginContext, Stage> maker;

        Sample(Function<PluginContext, Stage> maker) {
            this.maker = maker;
        }

        @Override
        public String name() {
            return "sample";
        }

        @Override
        public Class<Settings> config() {
            return Settings.class;
        }

        @Override
        public MethodHandles.Lookup lookup() {
            return MethodHandles.lookup();
        }

        @Override
        public Stage stage(Settings config, PluginContext context) {
            return maker.apply(context);
        }
    }

    @Test
    void aSleepIsFound() {
        refused("it sleeps", _ -> (RequestFilter) _ -> {
            try {
                Thread.sleep(0, 1000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Verdict.CONTINUE;
        });
    }

    /** Waits, and says so. */
    @Blocking
    record Sleeper() implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            try {
                Thread.sleep(0, 1000);
            } catch (InterruptedException e) {
                return exchange.respond(503);
            }
            return Verdict.CONTINUE;
        }
    }

    /** Has a thread to wait on, and yet suspends. */
    @Blocking
    record Suspender() implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return exchange.suspend(Duration.ofSeconds(1), () -> {}).verdict();
        }
    }

    @Test
    void aBlockingStageWaitsAndDoesNotSuspend() {
        PluginContract.of(new Sample(_ -> new Sleeper())).verifyWork();
        refused("cannot suspend", _ -> new Suspender());
    }

    @Test
    void aWaitForAFutureIsFound() {
        var executor = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        refused("it parks", _ -> (RequestFilter) _ -> {
            CompletableFuture.runAsync(Thread::yield, executor).join();
            return Verdict.CONTINUE;
        });
        executor.shutdown();
    }

    @Test
    void aMonitorThatLoopsShareIsFound() {
        var lock = new Object();
        var sink = new AtomicReference<Object>();
        refused("it waits for a monitor", _ -> (RequestFilter) exchange -> {
            synchronized (lock) {
                for (int i = 0; i < 20_000; i++) {
                    sink.set(exchange);
                }
            }
            return Verdict.CONTINUE;
        });
    }

    @Test
    void aFileIsFound() {
        refused("it reads a file", _ -> (RequestFilter) _ -> {
            try (var in = new FileInputStream("/proc/self/stat")) {
                return in.read() < 0 ? Verdict.RESPONDED : Verdict.CONTINUE;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void aChunkThatIsKeptIsFound() {
        refused("buffers were not released", _ -> (RequestBody) (_, chunk, _) -> {});
    }

    @Test
    void aChunkThatIsReleasedTwiceIsFound() {
        refused("IllegalReferenceCountException", _ -> (RequestBody) (_, chunk, out) -> {
            out.data(chunk);
            chunk.release();
        });
    }

    @Test
    void aChunkThatAnAbortLeavesIsFound() {
        refused("cut=IN_RESPONSE", context -> new Gathering(context.slot(Chunks.class)));
    }

    @Test
    void aBodyWithoutAnEndIsFound() {
        refused("did not end the response's body", _ -> new Endless());
    }

    @Test
    void bytesThatAddUpAreFound() {
        var kept = new ArrayList<ByteBuf>();
        refused("bytes of buffers are left", _ -> (RequestFilter) _ -> {
            kept.add(Unpooled.buffer(16));
            return Verdict.CONTINUE;
        });
        kept.forEach(ByteBuf::release);
    }

    @Test
    void deadlinesThatAddUpAreFound() {
        refused("deadlines are left open", context -> (RequestFilter) exchange -> {
            Deadline deadline = context.deadline(exchange.loop(), () -> {});
            deadline.set(context.nanoTime());
            return Verdict.CONTINUE;
        });
    }

    @Test
    void aThreadThatIsLeftIsFound() {
        var stop = new CountDownLatch(1);
        refused("still runs after the stage was closed", _ -> {
            Thread.ofPlatform().daemon().name("left-behind").start(() -> {
                try {
                    stop.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            return (RequestFilter) _ -> Verdict.CONTINUE;
        });
        stop.countDown();
    }

    @Test
    void filesThatAreLeftAreFound() throws IOException {
        var left = new ArrayList<FileInputStream>();
        refused("files or sockets are open", _ -> {
            try {
                left.add(new FileInputStream("/proc/self/stat"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return (RequestFilter) _ -> Verdict.CONTINUE;
        });
        for (FileInputStream in : left) {
            in.close();
        }
    }

    @Test
    void aSuspensionWithoutEndAndASlotReservedLateAreFound() {
        refused("SUSPENDED without a suspension", _ -> (RequestFilter) _ -> Verdict.SUSPENDED);
        refused("slots are reserved while", context -> (RequestFilter) exchange -> {
            context.slot(String.class);
            return Verdict.CONTINUE;
        });
    }

    @Test
    void aCompletionThatThrowsIsFound() {
        refused("reason=TIMED_OUT", _ -> new ChoosyAtTheEnd());
    }

    @Test
    void aStateThatASuccessorCannotTakeIsFound() {
        refused("contains a " + Settings.class.getName(),
                context -> counting(context, Map.class, () -> Map.of("all", List.of(new Settings(1)))));
        refused("contains a " + Settings[].class.getName(), context -> counting(context, Map.class,
                () -> Map.of("all", new AtomicReference<>(Optional.of(new Settings[0])))));
        refused("contains a " + getClass().getName() + "$$Lambda", context -> counting(context, TreeMap.class,
                () -> new TreeMap<String, String>((a, b) -> b.compareTo(a))));
        refused("did not ask for it", context -> counting(context, null, () -> Map.of("n", new LongAdder())));
        refused("the successor asked for a java.lang.String",
                context -> counting(context, String.class, () -> Map.of("n", new LongAdder())));
        refused("handOver gave null", context -> counting(context, Map.class, () -> null));
        refused("handOver threw java.lang.IllegalStateException", context -> counting(context, Map.class, () -> {
            throw new IllegalStateException("on purpose");
        }));
    }

    @Test
    void aSuccessorThatThrowsOrNeedsTheFormerIsFound() {
        refused("the former is closed", context -> new Leaning(new AtomicReference<>("open"), context));
        refused("not mine", context -> {
            context.inherited(Map.class).ifPresent(_ -> {
                throw new IllegalStateException("not mine");
            });
            return counting(context, null, () -> Map.of("n", 1));
        });
    }

    @Test
    void whoHandsItsStateOverPasses() {
        PluginContract.of(new Sample(context -> {
            Map<?, ?> former = context.inherited(Map.class).orElse(Map.of());
            LongAdder count = former.get("n") instanceof LongAdder kept ? kept : new LongAdder();
            return new Counting(() -> Map.of("n", count, "last", new ConcurrentHashMap<>(Map.of("a", new long[1])),
                    "verdict", Verdict.CONTINUE));
        })).verifyWork();
    }

    private static Stage counting(PluginContext context, Class<?> asks, Supplier<Object> state) {
        if (asks != null) {
            var _ = context.inherited(asks);
        }
        return new Counting(state);
    }

    /** Hands something over. */
    record Counting(Supplier<Object> state) implements RequestFilter, Handover<Object> {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return Verdict.CONTINUE;
        }

        @Override
        public Object handOver() {
            return state.get();
        }
    }

    /** Uses what belongs to the stage before it. */
    record Leaning(AtomicReference<Object> own, AtomicReference<?> former) implements RequestFilter, Handover<Object> {
        Leaning(AtomicReference<Object> own, PluginContext context) {
            this(own, context.inherited(AtomicReference.class).orElse(own));
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            if (former.get().equals("closed")) {
                throw new IllegalStateException("the former is closed");
            }
            return Verdict.CONTINUE;
        }

        @Override
        public Object handOver() {
            return own;
        }

        @Override
        public void close() {
            own.set("closed");
        }
    }

    @Test
    void aTableThatDoesNotFitIsExplained() {
        var contract = PluginContract.of(new Sample(_ -> (RequestFilter) _ -> Verdict.CONTINUE)).table("numbr = 2");
        var refused = assertThrows(AssertionError.class, contract::verifyWork);
        assertTrue(refused.getMessage().contains("unknown key, did you mean \"number\""), refused.getMessage());
    }

    @Test
    void aClassWithoutAModuleIsFound() {
        var refused = assertThrows(AssertionError.class,
                () -> Descriptors.checkModule(new Sample(_ -> (RequestFilter) _ -> Verdict.CONTINUE)));
        assertTrue(refused.getMessage().contains("no module-info"), refused.getMessage());
    }

    @Test
    void whoKeepsAllOfItPasses() {
        PluginContract.of(new Sample(context -> new Careful(context, context.slot(Chunks.class))))
                .cluster("auth", PluginContractTest::later).verifyWork();
    }

    private static CompletableFuture<ClientResponse> later(ClientRequest request) {
        return CompletableFuture.supplyAsync(() -> new ClientResponse(200, List.of(), request.body()));
    }

    private static void refused(String naming, Function<PluginContext, Stage> maker) {
        var contract = PluginContract.of(new Sample(maker));
        var refused = assertThrows(AssertionError.class, contract::verifyWork);
        assertTrue(String.valueOf(refused.getMessage()).contains(naming), () -> "for \"" + naming + "\": " + refused);
    }

    /** Chunks of one exchange. */
    record Chunks(List<ByteBuf> list, boolean released) implements AutoCloseable {
        @Override
        public void close() {
            if (released) {
                list.forEach(ByteBuf::release);
            }
        }
    }

    /** Gathers a response and forgets it when it is cut off. */
    record Gathering(Slot<Chunks> slot) implements ResponseBody {
        @Override
        public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            Chunks chunks = exchange.get(slot);
            if (chunks == null) {
                chunks = new Chunks(new ArrayList<>(), false);
                exchange.put(slot, chunks);
            }
            chunks.list().add(chunk);
        }

        @Override
        public void responseEnd(Exchange exchange, Head trailers, BodyOut out) {
            Chunks chunks = exchange.get(slot);
            if (chunks != null) {
                chunks.list().forEach(out::data);
            }
            out.end(trailers);
        }
    }

    /** Keeps the end. */
    record Endless() implements ResponseBody {
        @Override
        public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            out.data(chunk);
        }

        @Override
        public void responseEnd(Exchange exchange, Head trailers, BodyOut out) {}
    }

    /** Thinks that it knows all ways to end. */
    record ChoosyAtTheEnd() implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return Verdict.CONTINUE;
        }

        @Override
        public void complete(Exchange exchange, Completion reason) {
            if (reason == Completion.TIMED_OUT) {
                throw new IllegalStateException("not expected");
            }
        }
    }

    /** Asks a cluster, and holds the first chunk of a body back until another thread lets it go. */
    record Careful(PluginContext context, Slot<Chunks> slot) implements RequestFilter, RequestBody {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return Async.await(exchange,
                    context.client("auth").send(ClientRequest.get("auth", "/"), 100, Duration.ofSeconds(1)),
                    Duration.ofSeconds(1),
                    (response, _) -> response == null ? exchange.respond(503) : Verdict.CONTINUE);
        }

        @Override
        public void requestData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            if (exchange.get(slot) != null) {
                out.data(chunk);
                return;
            }
            var held = new Chunks(new ArrayList<>(List.of(chunk)), true);
            exchange.put(slot, held);
            Suspension suspension = out.suspend(Duration.ofSeconds(1), () -> {});
            CompletableFuture.runAsync(() -> {
                suspension.resume(_ -> {
                    out.data(held.list().removeFirst());
                    return Verdict.CONTINUE;
                });
                suspension.resume(Verdict.CONTINUE);
            });
        }
    }
}
