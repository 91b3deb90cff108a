package dev.chainless.host;

import dev.chainless.spi.http.UpstreamConnection;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One loop's connections to one endpoint: last in, first out, so that the warm ones are used and the others grow old.
 * An exchange that finds none idle waits here, while a connection is opened or borrowed from another loop. On its loop
 * only.
 */
final class EndpointPool {
    private final EndpointState endpoint;
    private final Loop loop;
    private final ArrayDeque<Link> idle = new ArrayDeque<>();
    private final ArrayDeque<AttemptHost> waiting = new ArrayDeque<>();
    private final Set<Link> open = new HashSet<>();
    /** Channels that carry several exchanges, the newest last. */
    private final List<Trunk> shared = new ArrayList<>();
    private final dev.chainless.spi.Deadline expiry;
    private int opening;
    private boolean closed;

    EndpointPool(EndpointState endpoint, Loop loop) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.expiry = loop.timer().deadline(this::expire);
    }

    Loop loop() {
        return loop;
    }

    EndpointState endpoint() {
        return endpoint;
    }

    /**
     * Takes a connection.
     *
     * @return an idle one, or null: then it waits, and {@link AttemptHost#linked} or {@link AttemptHost#unlinked} will be called, perhaps
     *     before this returns
     */
    @Nullable Link acquire(AttemptHost host) {
        Link link = takeIdle();
        if (link == null && !shared.isEmpty()) {
            link = takeBeside();
        }
        if (link != null) {
            endpoint.metrics().reused.increment(loop.index());
            return link;
        }
        if (!endpoint.takeWaiting(loop.index(), endpoint.config().maxPending())) {
            host.unlinked(503, "too many requests wait for a connection", false);
            return null;
        }
        waiting.add(host);
        more();
        return null;
    }

    /** Somebody does not wait any more. */
    void forget(AttemptHost host) {
        if (waiting.remove(host)) {
            endpoint.giveWaiting(loop.index());
        }
    }

    /** {@return a new place on a channel that is open, null if none has one} */
    private @Nullable Link takeBeside() {
        for (int i = 0; i < shared.size(); i++) {
            Trunk trunk = shared.get(i);
            Link known = trunk.any;
            Link link = new Link(this, trunk);
            UpstreamConnection place = known == null || isWornOut(trunk) ? null : known.connection().beside(link);
            if (place != null) {
                link.connected(place);
                open(link);
                return link;
            }
        }
        return null;
    }

    private void open(Link link) {
        open.add(link);
        link.trunk().links++;
        link.trunk().any = link;
    }

    /** Counts an idle link for the other loops, if they may have it. */
    private void countIdle(Link link, int change) {
        if (link.connection().isMovable()) {
            endpoint.idle(loop.index(), change);
        }
    }

    private @Nullable Link takeIdle() {
        for (Link link = idle.pollLast(); link != null; link = idle.pollLast()) {
            countIdle(link, -1);
            if (link.connection().isReusable() && !isStale(link)) {
                return link;
            }
            link.connection().close();
        }
        return null;
    }

    private static boolean isStale(Link link) {
        long limit = link.trunk().idleNanos;
        return limit > 0 && System.nanoTime() - link.idleSince() > limit;
    }

    /** Gets connections for those that wait: borrowed from another loop first, else opened. */
    private void more() {
        while ((long) opening * endpoint.codec().exchanges() < waiting.size()) {
            int lender = endpoint.loopWithIdle(loop.index());
            if (lender >= 0) {
                opening++;
                endpoint.pool(lender).lend(this);
            } else if (endpoint.takeConnection()) {
                opening++;
                connect();
            } else {
                return; // one that ends, here or on another loop, goes to those that wait
            }
        }
    }

    private void connect() {
        List<InetSocketAddress> addresses = endpoint.addresses();
        if (addresses.isEmpty()) {
            endpoint.giveConnection();
            opening--;
            failNext(502, "the name of the endpoint has no address");
            return;
        }
        endpoint.metrics().connects.increment(loop.index());
        TlsClient tls = endpoint.tls();
        QuicClient quic = tls == null ? null : tls.quic();
        if (tls != null && quic != null) {
            // In a task of its own: a descriptor that was closed and is used again within one batch of epoll's events would
            // get the old one's, and be closed before it connects.
            loop.execute(() -> connect(quic, tls, addresses.getFirst()));
            return;
        }
        long begin = System.nanoTime();
        Bootstrap bootstrap = new Bootstrap()
                .channel(endpoint.loops().socketType())
                .option(ChannelOption.ALLOCATOR, endpoint.loops().allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, endpoint.loops().readBuffers())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(loop.maxBuffered() / 4, loop.maxBuffered()))
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new Connecting());
        PoolConfig config = endpoint.config();
        new AddressRace(bootstrap, loop.eventLoop(), addresses, config.attemptDelay(), config.connectTimeout(),
                new Connected(begin)).start();
    }

    private void connect(QuicClient quic, TlsClient tls, InetSocketAddress address) {
        quic.connect(endpoint.loops(), loop, address, tls.nameOf(endpoint.endpoint()),
                endpoint.config().connectTimeout().toNanos(), new QuicClient.Caller() {
                    @Override
                    public void connected(QuicChannel channel, long idleNanos) {
                        EndpointPool.this.connected(channel, idleNanos);
                    }

                    @Override
                    public void failed(int status, String detail) {
                        EndpointPool.this.failed(status, detail);
                    }
                });
    }

    /** What comes of connecting. */
    private final class Connected implements AddressRace.Outcome {
        private final long begin;

        Connected(long begin) {
            this.begin = begin;
        }

        @Override
        public void connected(Channel channel, InetSocketAddress address) {
            endpoint.reached(address);
            TlsClient tls = endpoint.tls();
            if (tls != null) {
                secure(tls, channel, begin);
            } else {
                channel.pipeline().removeFirst();
                EndpointPool.this.connected(channel, 0);
            }
        }

        @Override
        public void failed(Throwable cause) {
            EndpointPool.this.failed(cause);
        }
    }

    private void secure(TlsClient tls, Channel channel, long begin) {
        channel.pipeline().removeFirst();
        long left = endpoint.config().connectTimeout().toNanos() - (System.nanoTime() - begin);
        tls.connect(channel, loop, endpoint.endpoint(), left, (secured, failure) -> {
            if (failure == null) {
                connected(secured, 0);
            } else {
                var _ = secured.close();
                failed(failure.reason() == TlsFailure.TIMEOUT ? 504 : 502,
                        "TLS with the endpoint failed: " + failure.text());
            }
        });
    }

    private void connected(Channel channel, long idleNanos) {
        Link link = new Link(this, new Trunk(idleNanos));
        link.connected(endpoint.codec().connect(channel, loop.index(), link));
        opening--;
        open(link);
        if (!link.connection().isMovable()) {
            shared.add(link.trunk());
        }
        // Who waits has come before the endpoint went, and is the last that it serves.
        if (closed && waiting.isEmpty()) {
            link.connection().close();
            return;
        }
        serve(link);
        while (!waiting.isEmpty()) {
            Link beside = takeBeside();
            if (beside == null) {
                more(); // for it may carry fewer exchanges than was expected
                break;
            }
            serve(beside);
        }
    }

    private void failed(Throwable cause) {
        boolean timedOut = cause instanceof io.netty.channel.ConnectTimeoutException;
        failed(timedOut ? 504 : 502, timedOut ? "connecting to the endpoint took too long"
                : "the endpoint refused the connection");
    }

    private void failed(int status, String detail) {
        endpoint.giveConnection();
        opening--;
        endpoint.metrics().connectFailures.increment(loop.index());
        // All that would have shared it, which have waited longest: who comes back to try again is behind them.
        for (int left = Math.min(endpoint.codec().exchanges(), waiting.size()); left > 0; left--) {
            failNext(status, detail);
        }
        more();
    }

    private void failNext(int status, String detail) {
        AttemptHost host = waiting.poll();
        if (host != null) {
            endpoint.giveWaiting(loop.index());
            endpoint.failures.increment(loop.index());
            host.guarded(() -> host.unlinked(status, detail, true));
        }
    }

    /** Gives a link that is free to the one that waits longest, here or on another loop, else lets it be idle. */
    private void serve(Link link) {
        AttemptHost host = waiting.poll();
        if (host != null) {
            endpoint.giveWaiting(loop.index());
            host.guarded(() -> host.linked(link));
            return;
        }
        // Counted first, and only then is looked who waits: a flow elsewhere counts itself first and then looks for an idle
        // connection, so that of the two one sees the other.
        countIdle(link, 1);
        int needy = link.connection().isMovable() ? endpoint.loopWaiting(loop.index()) : -1;
        if (needy >= 0) {
            countIdle(link, -1);
            move(link, endpoint.pool(needy), false);
            return;
        }
        if (idle.size() >= endpoint.config().maxIdle() || loop.grade().atLeast(Grade.SHRINK_POOLS)
                || endpoint.config().keepAlive().isZero()) {
            countIdle(link, -1);
            link.connection().close();
            return;
        }
        long now = System.nanoTime();
        link.idleSince(now);
        idle.addLast(link);
        if (idle.size() == 1) {
            expiry.set(now + endpoint.config().keepAlive().toNanos());
        }
    }

    void release(Link link) {
        if (closed || isWornOut(link.trunk()) || !link.connection().isReusable()) {
            link.connection().close();
        } else {
            serve(link);
        }
    }

    private boolean isWornOut(Trunk trunk) {
        int uses = endpoint.config().maxRequestsPerConnection();
        return uses > 0 && trunk.uses >= uses;
    }

    void closed(Link link) {
        if (!open.remove(link)) {
            return;
        }
        if (idle.remove(link)) {
            countIdle(link, -1);
        }
        Trunk trunk = link.trunk();
        if (--trunk.links > 0) {
            if (trunk.any == link) {
                trunk.any = open.stream().filter(other -> other.trunk() == trunk).findFirst().orElse(null);
            }
            return;
        }
        shared.remove(trunk);
        endpoint.giveConnection();
        if (!waiting.isEmpty()) {
            more();
        } else {
            int needy = endpoint.loopWaiting(loop.index());
            if (needy >= 0) {
                EndpointPool pool = endpoint.pool(needy);
                pool.loop.execute(pool::more);
            }
        }
    }

    /** Lends an idle connection to the pool of another loop. On any thread. */
    private void lend(EndpointPool borrower) {
        loop.execute(() -> {
            Link link = takeIdle();
            if (link == null) {
                borrower.loop.execute(() -> borrower.nothingToBorrow());
            } else {
                move(link, borrower, true);
            }
        });
    }

    /** Moves an idle connection to another loop: two calls of epoll_ctl, where opening one takes a round trip. */
    private void move(Link link, EndpointPool target, boolean asked) {
        open.remove(link);
        link.trunk().links--;
        Channel channel = link.connection().channel();
        endpoint.metrics().borrowed.increment(loop.index());
        channel.deregister().addListener(left -> target.loop.eventLoop().register(channel).addListener(
                entered -> target.loop.execute(() -> {
                    if (asked) {
                        target.opening--;
                    }
                    if (!left.isSuccess() || !entered.isSuccess() || !channel.isActive()) {
                        var _ = channel.close();
                        target.endpoint.giveConnection();
                        target.more();
                        return;
                    }
                    target.open(link);
                    link.moved(target);
                    if (target.closed) {
                        link.connection().close();
                    } else {
                        target.serve(link);
                    }
                })));
    }

    private void nothingToBorrow() {
        opening--;
        if (waiting.isEmpty()) {
            return;
        }
        // Nothing was there to borrow any more: open one, so that two loops cannot send each other in circles.
        if (endpoint.takeConnection()) {
            opening++;
            connect();
        }
    }

    private void expire() {
        long now = System.nanoTime();
        long limit = endpoint.config().keepAlive().toNanos();
        for (Link link = idle.peekFirst(); link != null; link = idle.peekFirst()) {
            long age = now - link.idleSince();
            if (age < limit) {
                expiry.set(link.idleSince() + limit);
                return;
            }
            idle.removeFirst();
            countIdle(link, -1);
            link.connection().close();
        }
    }

    /** Closes what is idle, and lets what is busy close when it becomes so. */
    void close() {
        closed = true;
        expiry.close();
        shrink();
    }

    /** Closes what is idle. */
    void shrink() {
        for (Link link = idle.pollLast(); link != null; link = idle.pollLast()) {
            countIdle(link, -1);
            link.connection().close();
        }
    }

    /** Stands in the pipeline until the connection is there; what goes wrong before is told by the connect's future. */
    @Sharable
    private static final class Connecting extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.channel().unsafe().closeForcibly();
        }
    }
}
