package dev.chainless.plugin.http;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A host that writes down what it is told, and does what the test says with each request. */
final class FakeIngress implements HttpIngress {
    /** What happened, one line for each call. */
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    final StringBuffer body = new StringBuffer();
    volatile Consumer<Exchange> onRequest = x -> {};
    volatile Consumer<Exchange> onEnd = x -> {};
    volatile boolean draining;
    private volatile @Nullable HttpDownstream downstream;
    private final java.util.Map<Exchange, HttpDownstream> downstreams = new java.util.concurrent.ConcurrentHashMap<>();

    HttpDownstream downstream() {
        return java.util.Objects.requireNonNull(downstream);
    }

    Exchange last() {
        return exchanges.getLast();
    }

    @Override
    public Exchange open(int loop, HttpDownstream downstream) {
        this.downstream = downstream;
        Exchange made = new Exchange(new ExchangeHost() {
            @Override
            public Suspension suspend(Duration deadline, Runnable onCancel) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void respond(@Nullable ByteBuf body) {
                throw new UnsupportedOperationException();
            }
        });
        downstreams.put(made, downstream);
        return made;
    }

    HttpDownstream downstream(Exchange exchange) {
        return java.util.Objects.requireNonNull(downstreams.get(exchange));
    }

    @Override
    public void request(Exchange exchange) {
        Head head = exchange.request();
        events.add("request " + head.method() + " " + head.target());
        exchanges.add(exchange);
        onRequest.accept(exchange);
    }

    @Override
    public void refuse(Exchange exchange, int status, String detail) {
        events.add("refuse " + status);
        exchanges.add(exchange);
        respond(exchange, status, "no");
    }

    @Override
    public void data(Exchange exchange, ByteBuf chunk) {
        body.append(chunk.toString(StandardCharsets.ISO_8859_1));
        chunk.release();
    }

    @Override
    public void end(Exchange exchange, @Nullable Head trailers) {
        events.add("end" + (trailers == null ? "" : " " + trailers.toString().strip().replace("\n", " ")));
        onEnd.accept(exchange);
    }

    @Override
    public void readComplete(Exchange exchange) {
        events.add("read complete");
    }

    @Override
    public void writable(Exchange exchange) {
        events.add("writable");
    }

    @Override
    public void abort(Exchange exchange, Completion reason, String detail) {
        events.add("abort " + reason);
    }

    @Override
    public boolean draining() {
        return draining;
    }

    /** Answers with a body of known length. */
    void respond(Exchange exchange, int status, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        downstream(exchange).head(exchange, head(status, bytes.length));
        if (bytes.length > 0) {
            downstream(exchange).data(exchange, Unpooled.copiedBuffer(bytes));
        }
        downstream(exchange).end(exchange, null);
    }

    static Head head(int status, long length, String... fields) {
        Head head = new Head();
        head.status(status);
        head.contentLength(length);
        head.add(FieldLine.of("x-test", "yes"));
        for (int i = 0; i < fields.length; i += 2) {
            head.add(FieldLine.of(fields[i], fields[i + 1]));
        }
        return head;
    }
}
