package dev.chainless.plugin.http;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.TlsSession;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's connection that speaks HTTP/3: what its streams share. */
final class Http3Connection extends QuicConnection<Http3Stream> implements ClientConnection {
    final ListenerCodec listener;
    final HttpIngress ingress;
    final Connection connection;
    final Forwarding forwarding;
    private final ConnectionTimer timer;
    private final Deadline patience;
    private long patienceUntil;
    private long leaveAt;
    /** The smallest number of a stream that was not begun. */
    private long nextStream;
    private int served;
    private boolean leaving;
    private boolean left;
    private boolean prioritises;

    Http3Connection(ListenerCodec listener, LoopState loop, String name, QuicChannel channel) {
        super(channel, loop, listener.limits, false, listener.config.h3().maxUnknownFrame().bytes(),
                listener.config.h3().guard(listener.context));
        this.listener = listener;
        this.ingress = listener.ingress;
        this.connection = new Connection(name, loop.index, channel.eventLoop(), address(channel.remoteSocketAddress()),
                address(channel.localSocketAddress()), TlsSession.of(channel));
        this.forwarding = new Forwarding(listener.forwarding, loop, connection);
        this.timer =
                new ConnectionTimer(listener.context, loop.index, listener.writeNanos, this::readExpired, () -> {});
        this.patience = listener.context.deadline(loop.index, this::patienceEnded);
    }

    private static InetSocketAddress address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet : new InetSocketAddress("0.0.0.0", 0);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        listener.opened(loop, this, channel);
        awaitStreams();
        super.handlerAdded(context);
        if (loop.draining) {
            leave();
        }
    }

    // ---- streams

    @Override
    ChannelInboundHandler requested(QuicStreamChannel stream) {
        Http3Stream request = new Http3Stream(this, stream);
        nextStream = Math.max(nextStream, stream.streamId() + 4);
        streams.put(stream.streamId(), request);
        timer.readDone();
        if (left || isClosed()) {
            request.reject();
        } else if (++served == listener.config.maxRequestsPerConnection()) {
            leave();
        }
        return request;
    }

    @Override
    void released() {
        if (streams.isEmpty() && !isClosed()) {
            awaitStreams();
        }
    }

    /** With no streams a connection is closed, but not at once: what was written has to arrive, or be sent again. */
    private void awaitStreams() {
        timer.readWithin(
                left ? listener.lingerNanos : loop.draining ? ListenerCodec.MOMENT_NANOS : listener.keepAliveNanos);
    }

    /** Says to QUIC which stream goes first, from the first stream on for which the client says something. */
    void prioritise(QuicStreamChannel stream, int priority) {
        if (prioritises || priority != Priority.NONE) {
            prioritises = true;
            Priorities.apply(stream, priority);
        }
    }

    @Override
    void settled(boolean connects) {
        // nothing that we do waits for it
    }

    @Override
    void goAway(long id) {
        // it is about pushes: of these there are none
    }

    @Override
    void priorityUpdate(long id, int priority) {
        if ((id & 3) != 0) {
            fail(Http3.ID_ERROR, "a PRIORITY_UPDATE for a stream that is no request's");
            return;
        }
        Http3Stream stream = streams.get(id);
        if (stream != null) {
            prioritises = true;
            Priorities.apply(stream.channel, priority);
        }
    }

    // ---- time

    long now() {
        long now = listener.context.nanoTime();
        return now == 0 ? 1 : now;
    }

    /** Looks at the streams' own limits then, if not sooner. */
    void watch(long at) {
        if (patienceUntil == 0 || at - patienceUntil < 0) {
            patienceUntil = at;
            patience.set(at);
        }
    }

    @Override
    long stalls() {
        long now = now();
        watch(now + listener.writeNanos);
        return now;
    }

    private void patienceEnded() {
        patienceUntil = 0;
        long now = now();
        long next = 0;
        // Of a copy: some are over then.
        for (Http3Stream stream : List.copyOf(streams.values())) {
            long due = stream.due();
            if (due != 0 && due - now <= 0) {
                stream.expired(now);
                due = stream.due();
            }
            if (due != 0 && (next == 0 || due - next < 0)) {
                next = due;
            }
        }
        if (leaveAt != 0 && !left) {
            if (leaveAt - now <= 0) {
                leaveAtLast();
            } else if (next == 0 || leaveAt - next < 0) {
                next = leaveAt;
            }
        }
        if (next != 0 && !isClosed()) {
            watch(next);
        }
    }

    private void readExpired() {
        if (streams.isEmpty()) {
            close(Http3.NO_ERROR, "");
        }
    }

    // ---- the end

    @Override
    public void drain(long closeAt) {
        leave();
        if (streams.isEmpty()) {
            timer.readBeforeAtLast(closeAt);
        }
    }

    /** Takes leave in two steps (RFC 9114, section 5.2): what the client had sent before it learns of it is served still. */
    @Override
    void leave() {
        if (!leaving && !isClosed()) {
            leaving = true;
            writeGoAway(Http3.LAST_STREAM);
            leaveAt = now() + ListenerCodec.MOMENT_NANOS;
            watch(leaveAt);
        }
    }

    private void leaveAtLast() {
        left = true;
        writeGoAway(nextStream);
        if (streams.isEmpty()) {
            awaitStreams();
        }
    }

    @Override
    String closing(@Nullable QuicConnectionCloseEvent event) {
        return "the client closed the connection";
    }

    @Override
    void disconnected() {
        timer.close();
        patience.close();
        listener.closed(loop, this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // What goes wrong with QUIC itself ends the connection by itself; here it is only told.
        listener.context.logger().log(System.Logger.Level.DEBUG, "a QUIC connection", cause);
    }
}
