package dev.chainless.host;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes the accepted connections of one listener: each goes to the less loaded of two loops, where the codec of the moment
 * takes it over.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
    private final Listeners listeners;
    private final String name;
    private final ListenerMetrics counters;
    private final AtomicInteger open = new AtomicInteger();
    private volatile int limit;
    private volatile @Nullable Gate last;
    private volatile @Nullable TlsServer lastTls;

    Acceptor(Listeners listeners, String name, int limit, ListenerMetrics counters) {
        this.listeners = listeners;
        this.name = name;
        this.limit = limit;
        this.counters = counters;
    }

    /** At most so many connections from now on; those that are open stay. */
    void limit(int connections) {
        limit = connections;
    }

    /** The listener goes: what is accepted still goes to this codec, by this TLS. */
    void leave(@Nullable Gate gate, @Nullable TlsServer tls) {
        lastTls = tls;
        last = gate;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel channel = (Channel) message;
        Loops loops = listeners.loops();
        Loop loop = loops.lessLoaded();
        if (!enter(loop)) {
            channel.unsafe().closeForcibly();
            return;
        }
        channel.config().setAllocator(loops.allocator());
        channel.config().setRecvByteBufAllocator(loops.readBuffers());
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(loop.maxBuffered() / 4, loop.maxBuffered()));
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel accepted) {
                begin(accepted, loop);
            }
        });
        channel.closeFuture().addListener(_ -> exit(loop));
        // In a task of its own, so that it gets no event of a descriptor that was closed in the same batch.
        loop.execute(() -> loop.eventLoop().register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
            }
        }));
    }

    /** Counts a connection. {@return false if it is one too many} */
    boolean enter(Loop loop) {
        int all = listeners.connected();
        int own = open.incrementAndGet();
        if (all > listeners.maxConnections() || own > limit || !listeners.accepts()) {
            listeners.disconnected();
            open.decrementAndGet();
            counters.refused.incrementShared();
            return false;
        }
        loop.connections().incrementAndGet();
        counters.accepted.incrementShared();
        return true;
    }

    /** A connection that was counted is closed. */
    void exit(Loop loop) {
        listeners.disconnected();
        open.decrementAndGet();
        loop.connections().decrementAndGet();
        counters.closed.incrementShared();
    }

    private void begin(Channel accepted, Loop loop) {
        Gate gate = tls() == null ? null : gate();
        if (gate == null) {
            secure(accepted, loop);
        } else {
            gate.codec().beforeTls(accepted, loop.index(), () -> secure(accepted, loop));
        }
    }

    /** Between its being found and used, a TLS may have been replaced: then the next one is there. */
    private void secure(Channel accepted, Loop loop) {
        TlsServer tls = tls();
        if (tls == null) {
            admit(accepted, loop);
            return;
        }
        boolean taken = tls.accept(accepted, loop, () -> admit(accepted, loop));
        TlsServer next = taken ? null : tls();
        if (!taken && (next == null || !next.accept(accepted, loop, () -> admit(accepted, loop)))) {
            var _ = accepted.close();
        }
    }

    /** Gives a connection to the codec of the moment. On its loop. */
    void admit(Channel accepted, Loop loop) {
        Gate gate = gate();
        if (gate == null) {
            var _ = accepted.close();
        } else {
            gate.codec().accept(accepted, name, loop.index());
        }
    }

    /** {@return the TLS of the moment, null for none} */
    @Nullable TlsServer tls() {
        Generation now = listeners.generations().current();
        TlsServer leaving = lastTls;
        return leaving != null ? leaving : now == null ? null : now.tls().get(name);
    }

    private @Nullable Gate gate() {
        Gate leaving = last;
        if (leaving != null) {
            return leaving;
        }
        Generation now = listeners.generations().current();
        return now == null ? null : now.gates().get(name);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Out of descriptors, most of the time: take a breath instead of spinning on accept().
        System.getLogger(Listeners.class.getName()).log(System.Logger.Level.WARNING,
                "Listener \"" + name + "\" cannot accept a connection: " + cause.getMessage());
        ctx.channel().config().setAutoRead(false);
        var _ = ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(listeners.accepts()), 100,
                TimeUnit.MILLISECONDS);
    }
}
