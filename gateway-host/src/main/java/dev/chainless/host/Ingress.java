package dev.chainless.host;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import dev.chainless.spi.http.HttpIngress;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Where the codec of one listener delivers: the exchange goes to its flow, under the generation of the moment. */
final class Ingress implements HttpIngress {
    private final Loops loops;
    private final String listener;
    private volatile @Nullable Generation generation;
    private volatile boolean draining;

    Ingress(Loops loops, String listener) {
        this.loops = loops;
        this.listener = listener;
    }

    /** New exchanges run under this generation from now on. */
    void publish(Generation next) {
        generation = next;
    }

    void drain() {
        draining = true;
    }

    private static Flow flow(Exchange exchange) {
        return (Flow) exchange.host();
    }

    @Override
    public Exchange open(int loop, HttpDownstream downstream) {
        Generation now = java.util.Objects.requireNonNull(generation);
        return loops.get(loop).flow(now, now.listener(listener), downstream).exchange;
    }

    @Override
    public void request(Exchange exchange) {
        flow(exchange).request();
    }

    @Override
    public void refuse(Exchange exchange, int status, String detail) {
        flow(exchange).refuse(status, detail);
    }

    @Override
    public void data(Exchange exchange, ByteBuf chunk) {
        flow(exchange).requestData(chunk);
    }

    @Override
    public void end(Exchange exchange, @Nullable Head trailers) {
        flow(exchange).requestEnd(trailers);
    }

    @Override
    public void readComplete(Exchange exchange) {
        flow(exchange).requestReadComplete();
    }

    @Override
    public void writable(Exchange exchange) {
        flow(exchange).downstreamWritable();
    }

    @Override
    public void abort(Exchange exchange, Completion reason, String detail) {
        flow(exchange).abort(reason, detail);
    }

    @Override
    public boolean draining() {
        return draining;
    }
}
