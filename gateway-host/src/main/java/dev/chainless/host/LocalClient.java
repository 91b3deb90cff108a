package dev.chainless.host;

import dev.chainless.spi.http.ClientRequest;
import dev.chainless.spi.http.ClientResponse;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpClient;
import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A plugin's client: an exchange without a downstream, by the same pools, limits and codecs as any other. It begins on the
 * loop of the caller, where the caller's exchange lives, else on any.
 */
final class LocalClient implements HttpClient {
    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Loops loops;
    private final String name;
    private final Supplier<@Nullable Cluster> cluster;
    private final Chain none;

    /**
     * Makes a client.
     *
     * @param name of the cluster
     * @param cluster finds it when a request is sent; null when there is none
     * @param none the chain without stages
     */
    LocalClient(Loops loops, String name, Supplier<@Nullable Cluster> cluster, Chain none) {
        this.loops = loops;
        this.name = name;
        this.cluster = cluster;
        this.none = none;
    }

    @Override
    public CompletableFuture<ClientResponse> send(ClientRequest request, int maxBody, Duration timeout) {
        Cluster to = cluster.get();
        if (to == null) {
            return CompletableFuture.failedFuture(new IOException("there is no cluster \"" + name + "\" any more"));
        }
        Loop loop = loops.currentOrAny();
        var call = new Call(loop, request, maxBody);
        if (loop.inLoop()) {
            call.start(to, timeout);
        } else {
            loop.execute(() -> call.start(to, timeout));
        }
        return call.result;
    }

    /** One request, and the downstream that gathers its response. */
    private final class Call implements HttpDownstream {
        private final CompletableFuture<ClientResponse> result = new CompletableFuture<>();
        private final Loop loop;
        private final ClientRequest request;
        private final int maxBody;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private final List<FieldLine> fields = new ArrayList<>();
        private @Nullable Flow flow;
        private int status;

        Call(Loop loop, ClientRequest request, int maxBody) {
            this.loop = loop;
            this.request = request;
            this.maxBody = maxBody;
        }

        void start(Cluster to, Duration timeout) {
            Flow started = loop.flow(null, this);
            flow = started;
            Exchange exchange = started.exchange;
            exchange.connection(new Connection("", loop.index(), loop.eventLoop(), HERE, HERE, null),
                    HERE.getAddress());
            Head head = exchange.request();
            head.linesEnd(0);
            head.method(request.method());
            head.target(request.target());
            head.authority(request.authority());
            request.fields().forEach(head::add);
            int length = request.body().length;
            head.contentLength(length);
            if (length > 0) {
                head.set(FieldName.CONTENT_LENGTH, Integer.toString(length));
            }
            var timer = loop.eventLoop().schedule(() -> giveUp("no answer within " + timeout.toMillis() + " ms"),
                    timeout.toNanos(), TimeUnit.NANOSECONDS);
            var _ = result.whenComplete((response, failure) -> {
                timer.cancel(false);
                if (result.isCancelled()) {
                    loop.execute(() -> giveUp("cancelled"));
                }
            });
            started.send(to, none);
            if (length > 0 && flow == started) {
                started.requestData(Unpooled.wrappedBuffer(request.body()));
                started.requestEnd(null);
            }
        }

        private void giveUp(String why) {
            Flow running = flow;
            flow = null;
            if (running != null) {
                running.abort(Completion.TIMED_OUT, why);
            }
            result.completeExceptionally(new IOException(why));
        }

        @Override
        public void informational(Exchange exchange, Head head) {
            // nothing of a plugin's own request waits for it
        }

        @Override
        public void head(Exchange exchange, Head head) {
            status = head.status();
            for (int i = 0; i < head.places(); i++) {
                if (head.live(i)) {
                    fields.add(FieldLine.of(head.name(i), head.value(i)));
                }
            }
        }

        @Override
        public void data(Exchange exchange, ByteBuf chunk) {
            int length = chunk.readableBytes();
            if (body.size() + length > maxBody) {
                chunk.release();
                // The flow is in the middle of delivering: give it up after that.
                loop.execute(() -> giveUp("the response is longer than " + maxBody + " bytes"));
                return;
            }
            byte[] bytes = new byte[length];
            chunk.readBytes(bytes);
            chunk.release();
            body.writeBytes(bytes);
        }

        @Override
        public void end(Exchange exchange, @Nullable Head trailers) {
            flow = null;
            if (exchange.isLocalReply()) {
                result.completeExceptionally(new IOException(exchange.detail()));
            } else {
                result.complete(new ClientResponse(status, fields, body.toByteArray()));
            }
        }

        @Override
        public void flush(Exchange exchange) {
            // nothing is buffered
        }

        @Override
        public void reset(Exchange exchange) {
            flow = null;
            result.completeExceptionally(new IOException(exchange.detail()));
        }

        @Override
        public boolean isWritable(Exchange exchange) {
            return true;
        }

        @Override
        public void read(Exchange exchange, boolean wanted) {
            // the body is here already
        }
    }
}
