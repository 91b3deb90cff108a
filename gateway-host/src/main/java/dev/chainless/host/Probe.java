package dev.chainless.host;

import dev.chainless.config.HealthCheckConfig;
import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks one endpoint whether it is well, one check at a time, each on a connection of its own: whether the endpoint still
 * takes connections is part of the question, and the connections of exchanges are none of its business. On one loop only.
 */
final class Probe implements AttemptHost {
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final FieldName CONTENT_TYPE = FieldName.of("content-type");
    private static final FieldName GRPC_STATUS = FieldName.of("grpc-status");
    private static final FieldName TE = FieldName.of("te");
    private static final FieldName USER_AGENT = FieldName.of("user-agent");
    private static final int MAX_BODY = 64 * 1024;
    /** {@code grpc.health.v1.HealthCheckResponse}: the first field, status, is SERVING. */
    private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};

    /** What a check has found. */
    @FunctionalInterface
    interface Found {
        /** Takes what is wrong, null for nothing. On the probe's loop, once for each check. */
        void accept(@Nullable String wrong);
    }

    private final EndpointPool pool;
    private final HealthCheckConfig config;
    private final String authority;
    private final Found found;
    private final Loop loop;
    private final Deadline deadline;
    private final Exchange exchange = new Exchange(this);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable Link link;
    private boolean waiting;
    private boolean running;
    private int status;
    private String grpcStatus = "";

    /**
     * Prepares the checks of an endpoint.
     *
     * @param pool of the connections for checks, which keeps none
     * @param authority that is asked for
     */
    Probe(EndpointPool pool, HealthCheckConfig config, String authority, Found found) {
        this.pool = pool;
        this.config = config;
        this.authority = config.host().isEmpty() ? authority : config.host();
        this.found = found;
        this.loop = pool.loop();
        this.deadline = loop.timer().deadline(() -> end("no answer within " + config.timeout().toMillis() + " ms"));
    }

    /** Begins a check. The one before has ended. */
    void check() {
        running = true;
        waiting = true;
        status = 0;
        grpcStatus = "";
        body.reset();
        deadline.set(System.nanoTime() + config.timeout().toNanos());
        Link free = pool.acquire(this);
        if (free != null) {
            linked(free);
        }
    }

    /** Gives up what is under way, and says nothing of it. */
    void close() {
        running = false;
        leave();
        deadline.close();
    }

    private void end(@Nullable String wrong) {
        if (running) {
            running = false;
            deadline.clear();
            leave();
            found.accept(wrong);
        }
    }

    private void leave() {
        if (waiting) {
            waiting = false;
            pool.forget(this);
        }
        Link left = link;
        link = null;
        if (left != null) {
            left.connection().cancel(exchange.attempt());
        }
    }

    @Override
    public void linked(Link free) {
        waiting = false;
        if (!running || config.kind() == HealthCheckConfig.Kind.TCP) {
            free.connection().close();
            end(null);
            return;
        }
        link = free;
        ask();
        free.connection().send(exchange.attempt());
        if (link != null && config.kind() == HealthCheckConfig.Kind.GRPC) {
            free.connection().data(exchange.attempt(), Unpooled.wrappedBuffer(grpcRequest(config.service())));
        }
        if (link != null) {
            free.connection().end(exchange.attempt(), null);
        }
    }

    private void ask() {
        exchange.clear();
        exchange.started(System.nanoTime());
        exchange.connection(new Connection("", loop.index(), loop.eventLoop(), HERE, HERE, null), HERE.getAddress());
        Head head = exchange.request();
        head.linesEnd(0);
        head.authority(authority);
        head.add(USER_AGENT, "chainless-health-check");
        if (config.kind() == HealthCheckConfig.Kind.GRPC) {
            head.method("POST");
            head.target("/grpc.health.v1.Health/Check");
            head.add(CONTENT_TYPE, "application/grpc");
            head.add(TE, "trailers");
            head.contentLength(Head.UNKNOWN_LENGTH);
        } else {
            head.method(config.method());
            head.target(config.path());
            head.contentLength(0);
        }
        exchange.attempt().begin(1, head);
        exchange.attempt().endpoint(pool.endpoint().endpoint());
    }

    /** A message of gRPC: not compressed, four bytes of length, {@code HealthCheckRequest} with the service's name. */
    static byte[] grpcRequest(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        var message = new ByteArrayOutputStream();
        if (name.length > 0) {
            message.write(0x0a);
            int left = name.length;
            for (; left > 0x7f; left >>>= 7) {
                message.write((left & 0x7f) | 0x80);
            }
            message.write(left);
            message.writeBytes(name);
        }
        int length = message.size();
        byte[] framed = new byte[5 + length];
        framed[1] = (byte) (length >>> 24);
        framed[2] = (byte) (length >>> 16);
        framed[3] = (byte) (length >>> 8);
        framed[4] = (byte) length;
        System.arraycopy(message.toByteArray(), 0, framed, 5, length);
        return framed;
    }

    @Override
    public void unlinked(int code, String detail, boolean mayRetry) {
        waiting = false;
        end(detail);
    }

    @Override
    public void guarded(Runnable work) {
        try {
            work.run();
        } catch (Throwable e) {
            end("the check failed: " + e);
        }
    }

    @Override
    public void informational() {
        // the answer is still to come
    }

    @Override
    public void upstreamHead() {
        Head head = exchange.attempt().response();
        status = head.status();
        grpcStatus = Objects.requireNonNullElse(head.get(GRPC_STATUS), "");
    }

    @Override
    public void upstreamData(ByteBuf chunk) {
        byte[] bytes = new byte[Math.min(chunk.readableBytes(), MAX_BODY - body.size())];
        chunk.readBytes(bytes);
        chunk.release();
        body.writeBytes(bytes);
    }

    @Override
    public void upstreamEnd(@Nullable Head trailers) {
        link = null;
        if (trailers != null) {
            grpcStatus = Objects.requireNonNullElse(trailers.get(GRPC_STATUS), grpcStatus);
        }
        end(config.kind() == HealthCheckConfig.Kind.GRPC ? wrongGrpc() : wrong());
    }

    private @Nullable String wrong() {
        if (config.status().stream().noneMatch(good -> good.contains(status))) {
            return "it answered " + status;
        }
        if (!config.body().isEmpty() && !body.toString(StandardCharsets.UTF_8).contains(config.body())) {
            return "its answer does not contain \"" + config.body() + "\"";
        }
        return null;
    }

    private @Nullable String wrongGrpc() {
        if (status != 200) {
            return "it answered " + status;
        }
        if (!grpcStatus.equals("0")) {
            return "its health service answered grpc-status " + (grpcStatus.isEmpty() ? "nothing" : grpcStatus);
        }
        return java.util.Arrays.equals(body.toByteArray(), SERVING) ? null : "its health service does not say SERVING";
    }

    @Override
    public void upstreamReadComplete() {
        // nothing is buffered
    }

    @Override
    public void upstreamWritable() {
        // the request is written at once
    }

    @Override
    public void upstreamFailed(boolean untouched, String detail) {
        link = null;
        end(detail);
    }

    @Override
    public Suspension suspend(Duration limit, Runnable onCancel) {
        throw new IllegalStateException("a health check has no stages");
    }

    @Override
    public void respond(@Nullable ByteBuf reply) {
        throw new IllegalStateException("a health check has no stages");
    }
}
