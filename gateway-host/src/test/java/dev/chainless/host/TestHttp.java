package dev.chainless.host;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.HttpUpstream;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A protocol without a wire: tests send requests into a gateway's loops, and an upstream answers with what it was sent. */
final class TestHttp implements ProtocolPlugin<TestHttp.None, TestHttp.None> {
    static final FieldName ECHO = FieldName.of("x-echo");

    record None() {}

    /** What a client got. */
    record Got(int status, Head head, String body, String detail) {
        String field(String name) {
            return head.get(FieldName.of(name));
        }
    }

    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);

    private volatile HttpIngress ingress;

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Class<None> config() {
        return None.class;
    }

    @Override
    public Class<None> upstreamConfig() {
        return None.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public HttpListener listener(None config, PluginContext context, HttpIngress to) {
        ingress = to;
        return new HttpListener() {
            @Override
            public void accept(Channel channel, String listener, int loop) {
                var _ = channel.close();
            }

            @Override
            public void drain(int loop, Duration within) {
                // no connection stays
            }

            @Override
            public int connections(int loop) {
                return 0;
            }
        };
    }

    @Override
    public HttpUpstream upstream(None config, PluginContext context) {
        return (channel, loop, egress) -> new Echo(channel, egress);
    }

    /** Answers 200, the field x-echo of the request being the response's. */
    private record Echo(Channel channel, HttpEgress egress) implements UpstreamConnection {
        @Override
        public void send(Attempt attempt) {
            // answered when the request has ended
        }

        @Override
        public void data(Attempt attempt, ByteBuf chunk) {
            chunk.release();
        }

        @Override
        public void end(Attempt attempt, Head trailers) {
            Head response = attempt.response();
            response.clear();
            response.linesEnd(0);
            response.status(200);
            String echo = attempt.request().getAll(ECHO);
            if (echo != null) {
                response.add(ECHO, echo);
            }
            egress.response(attempt);
            egress.end(attempt, null);
            egress.idle(this);
        }

        @Override
        public void flush(Attempt attempt) {
            // nothing is buffered
        }

        @Override
        public boolean isWritable(Attempt attempt) {
            return true;
        }

        @Override
        public void read(Attempt attempt, boolean wanted) {
            // there are no bodies
        }

        @Override
        public void cancel(Attempt attempt) {
            // it was answered already
        }

        @Override
        public boolean isReusable() {
            return channel.isActive();
        }

        @Override
        public void close() {
            var _ = channel.close();
        }

        @Override
        public void moved(int loop, HttpEgress to) {
            throw new IllegalStateException("there is one loop");
        }
    }

    /** One request, on a loop. */
    final class Call implements HttpDownstream {
        final CompletableFuture<Got> got = new CompletableFuture<>();
        private final Loop loop;
        private final Head head = new Head();
        private final StringBuilder body = new StringBuilder();
        private Exchange exchange;

        private Call(Loop loop) {
            this.loop = loop;
        }

        /** The client goes away. On the loop. */
        void abort() {
            ingress.abort(exchange, Completion.CLIENT_ABORTED, "it went away");
        }

        @Override
        public void informational(Exchange x, Head of) {
            throw new IllegalStateException("nobody asked");
        }

        @Override
        public void head(Exchange x, Head of) {
            head.copyFrom(of);
        }

        @Override
        public void data(Exchange x, ByteBuf chunk) {
            body.append(chunk.toString(StandardCharsets.US_ASCII));
            chunk.release();
        }

        @Override
        public void end(Exchange x, Head trailers) {
            got.complete(new Got(head.status(), head, body.toString(), x.detail()));
        }

        @Override
        public void flush(Exchange x) {
            // nothing is buffered
        }

        @Override
        public void reset(Exchange x) {
            got.complete(new Got(0, head, body.toString(), x.detail()));
        }

        @Override
        public boolean isWritable(Exchange x) {
            return true;
        }

        @Override
        public void read(Exchange x, boolean wanted) {
            // there are no bodies
        }
    }

    /** Sends a request of a path. */
    Call send(Loop loop, String path) {
        var call = new Call(loop);
        loop.execute(() -> {
            Exchange exchange = ingress.open(loop.index(), call);
            call.exchange = exchange;
            exchange.connection(new Connection("web", loop.index(), loop.eventLoop(), HERE, HERE, null),
                    HERE.getAddress());
            exchange.request().linesEnd(0);
            exchange.request().target(path);
            exchange.request().authority("example.org");
            ingress.request(exchange);
        });
        return call;
    }

    /** Always the first endpoint. */
    static final class First implements BalancerPlugin<None> {
        @Override
        public String name() {
            return "round-robin";
        }

        @Override
        public Class<None> config() {
            return None.class;
        }

        @Override
        public MethodHandles.Lookup lookup() {
            return MethodHandles.lookup();
        }

        @Override
        public Balancer balancer(None config, PluginContext context) {
            return _ -> _ -> 0;
        }
    }
}
