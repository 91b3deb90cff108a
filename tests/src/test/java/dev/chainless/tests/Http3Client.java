package dev.chainless.tests;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A client by Netty's HTTP/3 codec: a connection, with its settings and QPACK as others do them. */
final class Http3Client implements AutoCloseable {
    private static final int PIECE = 64 * 1024;
    private static final long PATIENCE = 60;

    private final QuicClient quic;

    private Http3Client(QuicClient quic) {
        this.quic = quic;
    }

    static Http3Client connect(int port) {
        return connect(port, "localhost", _ -> {});
    }

    static Http3Client connect(int port, String host, Consumer<QuicSslContextBuilder> tls) {
        return new Http3Client(QuicClient.connect(port, host, new Http3ClientConnectionHandler(), tls,
                Http3.supportedApplicationProtocols()));
    }

    QuicClient quic() {
        return quic;
    }

    /** A response. */
    record Answer(int status, Map<String, String> fields, byte[] body, Map<String, String> trailers) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** A request. */
    static final class Request {
        private final String method;
        private final String path;
        private final Map<String, String> fields = new LinkedHashMap<>();
        private final Map<String, String> trailers = new LinkedHashMap<>();
        private byte[] body = {};

        Request(String method, String path) {
            this.method = method;
            this.path = path;
        }

        Request field(String name, String value) {
            fields.put(name, value);
            return this;
        }

        Request trailer(String name, String value) {
            trailers.put(name, value);
            return this;
        }

        Request body(byte[] bytes) {
            body = bytes;
            return this;
        }
    }

    Answer get(String path) {
        return send(new Request("GET", path));
    }

    Answer send(Request request) {
        return await(begin(request));
    }

    static Answer await(CompletableFuture<Answer> answer) {
        try {
            return answer.get(PATIENCE, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer: " + e, e);
        }
    }

    CompletableFuture<Answer> begin(Request request) {
        var answer = new CompletableFuture<Answer>();
        QuicStreamChannel stream;
        try {
            stream = Http3.newRequestStream(quic.channel(), new Collector(answer)).get(PATIENCE, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no stream: " + e, e);
        }
        var head = new DefaultHttp3HeadersFrame();
        head.headers().method(request.method).scheme("https").authority("localhost").path(request.path);
        request.fields.forEach((name, value) -> head.headers().add(name, value));
        List<Object> frames = new ArrayList<>(List.of(head));
        for (int at = 0; at < request.body.length; at += PIECE) {
            frames.add(new DefaultHttp3DataFrame(
                    Unpooled.wrappedBuffer(request.body, at, Math.min(PIECE, request.body.length - at))));
        }
        if (!request.trailers.isEmpty()) {
            var last = new DefaultHttp3HeadersFrame();
            request.trailers.forEach((name, value) -> last.headers().add(name, value));
            frames.add(last);
        }
        for (int i = 0; i < frames.size(); i++) {
            var written = stream.writeAndFlush(frames.get(i));
            if (i == frames.size() - 1) {
                written.addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
            }
        }
        return answer;
    }

    /** Gathers a response. */
    private static final class Collector extends Http3RequestStreamInboundHandler {
        private final CompletableFuture<Answer> answer;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final Map<String, String> fields = new LinkedHashMap<>();
        private final Map<String, String> trailers = new LinkedHashMap<>();
        private int status;

        Collector(CompletableFuture<Answer> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead(ChannelHandlerContext context, Http3HeadersFrame frame) {
            Http3Headers headers = frame.headers();
            if (status >= 200) {
                headers.forEach(field -> trailers.put(field.getKey().toString(), field.getValue().toString()));
                return;
            }
            status = Integer.parseInt(headers.status().toString());
            headers.forEach(field -> fields.put(field.getKey().toString(), field.getValue().toString()));
        }

        @Override
        protected void channelRead(ChannelHandlerContext context, Http3DataFrame frame) {
            ByteBuf content = frame.content();
            byte[] bytes = new byte[content.readableBytes()];
            content.readBytes(bytes);
            body.writeBytes(bytes);
            frame.release();
        }

        @Override
        protected void channelInputClosed(ChannelHandlerContext context) {
            answer.complete(new Answer(status, fields, body.toByteArray(), trailers));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.completeExceptionally(new IllegalStateException("the stream was closed"));
        }
    }

    @Override
    public void close() {
        quic.close();
    }
}
