package dev.chainless.plugin.http;

import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An endpoint on a connection that is only in memory, and a host that writes down what it is told about it. */
final class Endpoint implements HttpEgress {
    final List<String> events = new ArrayList<>();
    final StringBuilder body = new StringBuilder();
    final EmbeddedChannel channel = new EmbeddedChannel();
    final UpstreamConnection connection;
    Runnable onResponse = () -> {};
    private final List<ByteBuf> sent = new ArrayList<>();

    Endpoint(HttpUpstreamConfig.ProxyProtocol proxy) {
        connection = new Http1Upstream(Configs.upstream(proxy), 2).connect(channel, 0, this);
    }

    Endpoint() {
        this(HttpUpstreamConfig.ProxyProtocol.OFF);
    }

    /** {@return an attempt whose head is this} */
    Attempt attempt(String method, long length, String... fields) {
        Exchange exchange = new Exchange(new ExchangeHost() {
            @Override
            public Suspension suspend(Duration deadline, Runnable onCancel) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void respond(@Nullable ByteBuf body) {
                throw new UnsupportedOperationException();
            }
        });
        var peer = new InetSocketAddress("192.0.2.7", 5555);
        exchange.connection(new Connection("web", 0, channel.eventLoop(), peer, new InetSocketAddress("192.0.2.1", 80),
                null), peer.getAddress());
        Head head = exchange.request();
        head.method(method);
        head.target("/a");
        head.authority("example.org");
        head.contentLength(length);
        for (int i = 0; i < fields.length; i += 2) {
            head.add(FieldLine.of(fields[i], fields[i + 1]));
        }
        exchange.attempt().begin(1, head);
        return exchange.attempt();
    }

    /** Sends a GET. */
    Attempt get() {
        Attempt attempt = attempt("GET", 0);
        connection.send(attempt);
        connection.end(attempt, null);
        return attempt;
    }

    /** Answers, one read for each text. */
    Endpoint answer(String... texts) {
        for (String text : texts) {
            ByteBuf buffer = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
            sent.add(buffer);
            channel.writeInbound(buffer);
        }
        return this;
    }

    /** {@return what was sent to the endpoint} */
    String received() {
        var text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text.toString().replace("\r\n", "|");
    }

    /** {@return what happened since the last call} */
    List<String> events() {
        List<String> all = List.copyOf(events);
        events.clear();
        return all;
    }

    void finish() {
        channel.finishAndReleaseAll();
        for (ByteBuf buffer : sent) {
            if (buffer.refCnt() != 0) {
                throw new AssertionError("a read buffer was not released");
            }
        }
    }

    @Override
    public void informational(Attempt attempt) {
        events.add("informational " + attempt.response().status());
    }

    @Override
    public void response(Attempt attempt) {
        events.add("response " + attempt.response().status() + " " + attempt.response().contentLength());
        onResponse.run();
    }

    @Override
    public void data(Attempt attempt, ByteBuf chunk) {
        body.append(chunk.toString(StandardCharsets.ISO_8859_1));
        chunk.release();
    }

    @Override
    public void end(Attempt attempt, @Nullable Head trailers) {
        events.add("end" + (trailers == null ? "" : " with trailers"));
    }

    @Override
    public void readComplete(Attempt attempt) {
        events.add("read complete");
    }

    @Override
    public void writable(Attempt attempt) {
        events.add("writable");
    }

    @Override
    public void failed(Attempt attempt, boolean untouched, String detail) {
        events.add("failed" + (untouched ? " untouched" : ""));
    }

    @Override
    public void idle(UpstreamConnection connection) {
        events.add("idle");
    }

    @Override
    public void closed(UpstreamConnection connection) {
        events.add("closed");
    }
}
