package dev.chainless.host;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the TLS of a channel until the handshake has ended: bounds its time, counts it, leaves the session on the
 * channel, and then goes.
 */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {
    /**
     * How a handshake failed.
     *
     * @param reason of a few that are counted
     * @param words of the library, empty for none
     */
    record Failed(TlsFailure reason, String words) {
        /** {@return both, for logs} */
        String text() {
            return words.isEmpty() ? reason.text() : reason.text() + ": " + words;
        }
    }

    private final Loop loop;
    private final TlsMetrics metrics;
    private final Runnable over;
    private final BiConsumer<Channel, @Nullable Failed> then;
    private final Deadline deadline;
    private final long nanos;
    private @Nullable ChannelHandlerContext context;
    private String serverName = "";
    private boolean ended;
    private boolean told;

    /**
     * Makes a watch.
     *
     * @param nanos how long the handshake may take
     * @param over runs once, however it ends
     * @param then gets the channel and why the handshake failed, null if it succeeded; once
     */
    HandshakeWatch(Loop loop, long nanos, TlsMetrics metrics, Runnable over,
            BiConsumer<Channel, @Nullable Failed> then) {
        this.loop = loop;
        this.nanos = nanos;
        this.metrics = metrics;
        this.over = over;
        this.then = then;
        this.deadline = loop.timer().deadline(this::expired);
    }

    /** The client, or this end, has named a host. */
    void serverName(String name) {
        serverName = name;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        deadline.set(System.nanoTime() + nanos);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            end(TlsFailure.CLOSED, ""); // half a connection makes no handshake
        } else if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            at.fireUserEventTriggered(event);
        } else if (completion.isSuccess()) {
            succeeded(at);
        } else {
            end(completion.cause());
        }
    }

    private void succeeded(ChannelHandlerContext at) {
        if (ended) {
            return;
        }
        Channel channel = at.channel();
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        GroupWatch groups = channel.pipeline().get(GroupWatch.class);
        TlsSession session = Sessions.of(handler, serverName, groups == null ? "" : groups.group());
        if (groups != null) {
            channel.pipeline().remove(groups);
        }
        session.leaveOn(channel);
        metrics.succeeded(loop.index(), session);
        ended();
        if (channel.pipeline().get(HandshakeBuffers.class) != null) {
            channel.pipeline().remove(HandshakeBuffers.class);
        }
        told = true;
        then.accept(channel, null);
        // Last: what came along with the end of the handshake goes on to the handlers behind.
        if (!at.isRemoved()) {
            channel.pipeline().remove(this);
        }
    }

    /** What is answered ends the connection. */
    void failed(TlsFailure reason) {
        if (!ended) {
            metrics.failed(loop.index(), reason);
            ended();
        }
    }

    private void end(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        end(TlsFailure.of(cause), String.valueOf(root.getMessage()));
    }

    private void end(TlsFailure reason, String words) {
        failed(reason);
        ChannelHandlerContext at = context;
        if (!told && at != null) {
            told = true;
            then.accept(at.channel(), new Failed(reason, words));
        }
    }

    private void ended() {
        ended = true;
        deadline.close();
        over.run();
    }

    private void expired() {
        end(TlsFailure.TIMEOUT, "");
    }

    @Override
    public void channelInactive(ChannelHandlerContext at) {
        end(TlsFailure.CLOSED, "");
        at.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext at) {
        if (!ended) {
            end(TlsFailure.CLOSED, "");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
        end(cause);
        var _ = at.close();
    }
}
