package dev.chainless.host;

import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * An upstream connection in a pool, or a place on one that carries several exchanges. It belongs to one loop, and only while
 * idle may it move to another.
 */
final class Link implements HttpEgress {
    private final Trunk trunk;
    private EndpointPool pool;
    private @Nullable UpstreamConnection connection;
    private long idleSince;

    Link(EndpointPool pool, Trunk trunk) {
        this.pool = pool;
        this.trunk = trunk;
    }

    Trunk trunk() {
        return trunk;
    }

    UpstreamConnection connection() {
        return java.util.Objects.requireNonNull(connection);
    }

    void connected(UpstreamConnection connection) {
        this.connection = connection;
    }

    EndpointPool pool() {
        return pool;
    }

    /** The link lives on another loop from now on. On that loop. */
    void moved(EndpointPool target) {
        pool = target;
        connection().moved(target.loop().index(), this);
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    /** {@return how many requests the connection has carried before this one} */
    int use() {
        return trunk.uses++;
    }

    private static AttemptHost host(Attempt attempt) {
        return (AttemptHost) attempt.exchange().host();
    }

    @Override
    public void informational(Attempt attempt) {
        host(attempt).informational();
    }

    @Override
    public void response(Attempt attempt) {
        host(attempt).upstreamHead();
    }

    @Override
    public void data(Attempt attempt, ByteBuf chunk) {
        host(attempt).upstreamData(chunk);
    }

    @Override
    public void end(Attempt attempt, @Nullable Head trailers) {
        host(attempt).upstreamEnd(trailers);
    }

    @Override
    public void readComplete(Attempt attempt) {
        host(attempt).upstreamReadComplete();
    }

    @Override
    public void writable(Attempt attempt) {
        host(attempt).upstreamWritable();
    }

    @Override
    public void failed(Attempt attempt, boolean untouched, String detail) {
        host(attempt).upstreamFailed(untouched, detail);
    }

    @Override
    public void idle(UpstreamConnection idle) {
        pool.release(this);
    }

    @Override
    public void closed(UpstreamConnection gone) {
        pool.closed(this);
    }
}
