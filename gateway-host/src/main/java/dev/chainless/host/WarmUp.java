package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the code of new chains before requests do. Classes that have never run are verified, initialised and linked by their
 * first request, and interpreted by the next hundreds, on the loop, with all other requests of that loop waiting.
 *
 * <p>Not the stages themselves are run, as they must not see requests that nobody sent: their plugins make twins of the same
 * configuration, in a {@link TwinContext}. Twins see made-up exchanges and are closed. Their access logs stay silent.
 *
 * <p>So many exchanges that C1 compiles what they run, and not C2, which would take them for what real ones look like.
 */
final class WarmUp {
    private static final Logger LOG = System.getLogger(WarmUp.class.getName());
    private static final int EXCHANGES = 1_000;
    /** So many times its time: then a stage that does not come back is left where it is. */
    private static final int PATIENCE = 4;
    private static final byte[] BODY = "{\"warm\":true}".getBytes(StandardCharsets.US_ASCII);

    private WarmUp() {}

    /**
     * Warms one chain of each row of stages. Returns when that is done, or its time is up.
     *
     * @param fold whether chains are made for one row of stages alone
     * @param within the time for all of them together. Most take some 20 ms.
     */
    static void run(Engine engine, List<List<Use<HttpStage>>> rows, boolean fold, Duration within) {
        if (rows.isEmpty() || within.isZero()) {
            return;
        }
        Duration patience = within.multipliedBy(PATIENCE);
        try {
            Abandonable.call("warm-up", patience, () -> {
                Niceness.change();
                long end = System.nanoTime() + within.toNanos();
                for (List<Use<HttpStage>> row : rows) {
                    if (System.nanoTime() - end < 0) {
                        warm(engine, row, fold, end);
                    }
                }
                return true;
            });
        } catch (TimeoutException e) {
            LOG.log(Level.WARNING,
                    "A stage that was to be warmed up has not come back after {0} ms; it is put to use all "
                            + "the same",
                    patience.toMillis());
        } catch (ExecutionException e) {
            LOG.log(Level.DEBUG, "A chain stays cold", e.getCause());
        }
    }

    private static void warm(Engine engine, List<Use<HttpStage>> row, boolean fold, long end) {
        Map<Use<HttpStage>, HttpStage> twins = new HashMap<>();
        List<TwinContext> contexts = new ArrayList<>();
        try {
            List<HttpStage> stages = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (Use<HttpStage> use : row) {
                if (Proxy.isProxyClass(use.made().getClass())) {
                    return; // a stage that may block costs more than its code
                }
                HttpStage twin = twins.get(use);
                if (twin == null) {
                    var context = new TwinContext(use.name(), engine);
                    contexts.add(context);
                    twin = StageAssembly.twin(use, context);
                    twins.put(use, twin);
                }
                stages.add(twin);
                names.add(use.name());
            }
            try (var run = new Run(engine.specialiser(fold).specialise(stages, names))) {
                for (int i = 0; i < EXCHANGES && System.nanoTime() - end < 0; i++) {
                    run.exchange(i);
                }
            }
        } catch (Throwable e) {
            LOG.log(Level.DEBUG, "A chain stays cold", e); // a plugin may refuse a second one of its kind
        } finally {
            twins.values().forEach(WarmUp::close);
            contexts.forEach(TwinContext::close);
        }
    }

    private static void close(HttpStage twin) {
        try {
            twin.close();
        } catch (Throwable e) {
            LOG.log(Level.DEBUG, "A twin could not be closed", e);
        }
    }

    /** Made-up exchanges on one chain, one after the other. */
    private static final class Run implements ExchangeHost, BodyOut, AutoCloseable {
        private final Chain chain;
        private final Cursor cursor;
        private final Exchange exchange;
        private final EmbeddedChannel channel = new EmbeddedChannel(); // whose loop has no thread
        private @Nullable Runnable cancel;
        private @Nullable ByteBuf reply;

        Run(Chain chain) {
            this.chain = chain;
            this.exchange = new Exchange(this);
            this.cursor = new Cursor(exchange);
        }

        /** Runs one; a stage that throws ends it. */
        void exchange(int i) throws UnknownHostException {
            begin(i);
            try {
                if (phase(() -> ChainCalls.request(chain, cursor))) {
                    upstream();
                    cursor.entered = chain.stages();
                } else {
                    cursor.entered = chain.enteredAt(cursor.step);
                }
                if (exchange.hasResponse()) {
                    cursor.step = chain.responseStart(cursor.entered);
                    phase(() -> ChainCalls.response(chain, cursor));
                    responseBody();
                }
                cursor.step = chain.completeStart(cursor.entered);
                ChainCalls.complete(chain, cursor, Completion.FINISHED);
            } catch (Throwable e) {
                LOG.log(Level.TRACE, "A twin failed", e);
            } finally {
                channel.runPendingTasks();
                release();
                exchange.clear();
            }
        }

        /** From another of the 131,072 addresses for benchmarks (RFC 2544) each time, so that a limit is not met at once. */
        private void begin(int i) throws UnknownHostException {
            InetAddress client =
                    InetAddress.getByAddress(
                            new byte[] {(byte) 198, (byte) (18 + (i >> 16 & 1)), (byte) (i >> 8), (byte) i});
            var peer = new InetSocketAddress(client, 40_000);
            exchange.connection(new Connection("warm-up", 0, channel.eventLoop(), peer, peer, null), client);
            exchange.routed("warm-up", "warm-up");
            exchange.started(System.nanoTime());
            Head request = exchange.request();
            request.method("GET");
            request.target("/warm-up?q=1");
            request.authority("warm-up.invalid");
            request.add(FieldName.USER_AGENT, "warm-up");
            request.add(FieldName.ACCEPT, "*/*");
            cursor.step = 0;
            cursor.entered = 0;
        }

        private void upstream() {
            for (int i = 0; i < chain.requestBodies(); i++) {
                ChainCalls.requestData(chain, i, exchange, Unpooled.copiedBuffer(BODY), this);
                ChainCalls.requestEnd(chain, i, exchange, null, this);
            }
            exchange.attempt().begin(1, exchange.request());
            cursor.step = 0;
            if (chain.hasUpstreamRequest() && !phase(() -> ChainCalls.upstreamRequest(chain, cursor))) {
                return;
            }
            Head response = exchange.attempt().response();
            response.clear();
            response.status(200);
            response.add(FieldName.CONTENT_TYPE, "application/json");
            cursor.step = 0;
            if (!chain.hasUpstreamResponse() || phase(() -> ChainCalls.upstreamResponse(chain, cursor))) {
                exchange.response(response);
            }
        }

        private void responseBody() {
            for (int i = 0; i < chain.responseBodies(); i++) {
                if (chain.responseBodyStage(i) < cursor.entered && ChainCalls.wantsResponseBody(chain, i, exchange)) {
                    ChainCalls.responseData(chain, i, exchange, Unpooled.copiedBuffer(BODY), this);
                    ChainCalls.responseEnd(chain, i, exchange, null, this);
                }
            }
        }

        /** {@return whether no stage responded} What a stage waits for does not come. */
        private boolean phase(Supplier<@Nullable Verdict> phase) {
            while (true) {
                Verdict verdict = phase.get();
                Runnable waiting = cancel;
                if (waiting == null) {
                    return verdict == Verdict.CONTINUE;
                }
                cancel = null;
                waiting.run();
            }
        }

        private void release() {
            cancel = null;
            if (reply != null) {
                reply.release();
                reply = null;
            }
        }

        @Override
        public Suspension suspend(Duration deadline, Runnable onCancel) {
            cancel = onCancel;
            return _ -> false;
        }

        @Override
        public void respond(@Nullable ByteBuf body) {
            release();
            reply = body;
        }

        @Override
        public void data(ByteBuf chunk) {
            chunk.release();
        }

        @Override
        public void end(@Nullable Head trailers) {}

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void close() {
            channel.finishAndReleaseAll();
        }
    }
}
