package dev.chainless.host;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import dev.chainless.spi.http.HttpIngress;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where one codec of a listener delivers: the exchange goes to its flow, and begins under the generation of the moment.
 * When the listener is gone, what its last connections send still goes to the last generation that had it.
 */
final class Ingress implements HttpIngress {
    private final Loops loops;
    private final Generations generations;
    private final String listener;
    private volatile @Nullable Generation last;
    private volatile boolean draining;
    private volatile boolean closed;

    Ingress(Loops loops, Generations generations, String listener) {
        this.loops = loops;
        this.generations = generations;
        this.listener = listener;
    }

    String listener() {
        return listener;
    }

    /** {@return under which an exchange begins, null when it cannot any more} On the exchange's loop. */
    @Nullable Generation generation() {
        Generation pinned = last;
        return pinned == null ? generations.current() : closed ? null : pinned;
    }

    /** The listener will be gone: exchanges begin under this generation until {@link #close}. */
    synchronized void pin(Generation generation) {
        if (last == null) {
            if (!closed) {
                generation.pin();
            }
            last = generation;
        }
    }

    /** Exchanges do not begin here any more, if the listener is gone. */
    synchronized void close() {
        Generation pinned = last;
        if (!closed) {
            closed = true;
            if (pinned != null) {
                pinned.unpin();
            }
        }
    }

    void drain() {
        draining = true;
    }

    private static Flow flow(Exchange exchange) {
        return (Flow) exchange.host();
    }

    @Override
    public Exchange open(int loop, HttpDownstream downstream) {
        return loops.get(loop).flow(this, downstream).exchange;
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
        return draining || loops.get(0).grade().atLeast(Grade.NO_KEEP_ALIVE);
    }
}
