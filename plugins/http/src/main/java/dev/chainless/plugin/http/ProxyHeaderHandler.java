package dev.chainless.plugin.http;

import dev.chainless.spi.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** Reads the PROXY protocol header before TLS begins, leaves it on the channel, and goes. */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<ProxyHeader> KEY = AttributeKey.valueOf(ProxyHeaderHandler.class, "header");

    private final ProxyHeader header;
    private final Runnable ready;
    private final Deadline deadline;
    private final long nanos;
    private @Nullable ChannelHandlerContext context;

    /**
     * Makes a handler.
     *
     * @param loop the index of the channel's loop
     * @param ready adds the handlers that go on
     */
    ProxyHeaderHandler(ListenerCodec listener, int loop, Runnable ready) {
        this.header = new ProxyHeader(listener.limits.maxHead());
        this.ready = ready;
        this.nanos = listener.headNanos;
        this.deadline = listener.context.deadline(loop, this::close);
    }

    /** {@return the header that came before TLS, null if none did} */
    static @Nullable ProxyHeader of(Channel channel) {
        return channel.attr(KEY).get();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        deadline.set(System.nanoTime() + nanos);
    }

    @Override
    public void channelRead(ChannelHandlerContext at, Object message) {
        if (!(message instanceof ByteBuf in) || !at.channel().isActive()) {
            ReferenceCountUtil.release(message);
            return;
        }
        int result = header.parse(in);
        if (result != ProxyHeader.DONE) {
            in.release();
            if (result == ProxyHeader.BAD) {
                close();
            }
            return;
        }
        at.channel().attr(KEY).set(header);
        ready.run();
        if (in.isReadable()) {
            at.fireChannelRead(in);
        } else {
            in.release();
        }
        if (!at.isRemoved()) {
            at.pipeline().remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext at, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            close();
        }
        at.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext at) {
        deadline.close();
    }

    private void close() {
        ChannelHandlerContext at = context;
        if (at != null) {
            var _ = at.close();
        }
    }
}
