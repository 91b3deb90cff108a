package dev.chainless.host;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.TlsSession;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Counts the QUIC connections of one loop, and stands in each until its handshake has ended. */
@Sharable
final class QuicHandshake extends ChannelInboundHandlerAdapter {
    private final QuicListener listener;
    private final Loop loop;

    QuicHandshake(QuicListener listener, Loop loop) {
        this.listener = listener;
        this.loop = loop;
    }

    @Override
    public void channelRegistered(ChannelHandlerContext context) {
        QuicChannel channel = (QuicChannel) context.channel();
        TlsServer tls = listener.acceptor().tls();
        if (tls == null || !listener.enter(loop)) {
            drop(channel);
            return;
        }
        channel.closeFuture().addListener(_ -> listener.exit(loop));
        if (!tls.quicBegins()) {
            tls.metrics().failed(loop.index(), TlsFailure.TOO_MANY);
            drop(channel);
            return;
        }
        context.pipeline().replace(this, null, new Watch(tls));
        context.fireChannelRegistered();
    }

    /**
     * Before the packet that began it is read: an answer would cost the signature of a handshake, which is what there is too
     * much of. A client that hears nothing goes on over TCP.
     */
    private static void drop(QuicChannel channel) {
        channel.unsafe().closeForcibly();
    }

    /** One handshake. */
    private final class Watch extends ChannelInboundHandlerAdapter {
        private final TlsServer tls;
        private final Deadline deadline;
        private String serverName = "";
        private @Nullable ChannelHandlerContext context;
        private boolean ended;

        Watch(TlsServer tls) {
            this.tls = tls;
            this.deadline = loop.timer().deadline(() -> end(TlsFailure.TIMEOUT));
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
            deadline.set(System.nanoTime() + tls.handshakeNanos());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext at, Object event) {
            switch (event) {
                case SniCompletionEvent named -> serverName = Objects.requireNonNullElse(named.hostname(), "");
                case SslHandshakeCompletionEvent completion when completion.isSuccess() -> succeeded(at);
                case SslHandshakeCompletionEvent completion -> end(TlsFailure.of(completion.cause()));
                default -> at.fireUserEventTriggered(event);
            }
        }

        private void succeeded(ChannelHandlerContext at) {
            QuicChannel channel = (QuicChannel) at.channel();
            SSLEngine engine = channel.sslEngine();
            if (ended || engine == null) {
                return;
            }
            TlsSession session = Sessions.of(engine, engine.getApplicationProtocol(), serverName);
            session.leaveOn(channel);
            tls.metrics().succeeded(loop.index(), session);
            ended();
            listener.acceptor().admit(channel, loop);
            if (!at.isRemoved()) {
                at.pipeline().remove(this);
            }
        }

        private void end(TlsFailure reason) {
            if (!ended) {
                tls.metrics().failed(loop.index(), reason);
                ended();
            }
            ChannelHandlerContext at = context;
            if (at != null) {
                var _ = at.close();
            }
        }

        private void ended() {
            ended = true;
            deadline.close();
            tls.quicEnded();
        }

        @Override
        public void channelInactive(ChannelHandlerContext at) {
            end(TlsFailure.CLOSED);
            at.fireChannelInactive();
        }

        @Override
        public void channelUnregistered(ChannelHandlerContext at) {
            end(TlsFailure.CLOSED); // before it was active it does not become inactive
            at.fireChannelUnregistered();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
            end(TlsFailure.of(cause));
        }
    }
}
