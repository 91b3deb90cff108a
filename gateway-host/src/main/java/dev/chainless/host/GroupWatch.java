package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Stands before the TLS of an accepted channel until the handshake has ended, and reads the group of the key exchange in
 * what is sent: neither the JDK's engine nor Bouncy Castle's tells.
 */
final class GroupWatch extends ChannelOutboundHandlerAdapter {
    private ByteBuf sent = Unpooled.EMPTY_BUFFER;
    private int group = ServerFlight.NONE;

    /** {@return the name of the group, empty if none was seen} */
    String group() {
        return ServerFlight.name(group);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (group == ServerFlight.NONE && message instanceof ByteBuf records
                && sent.readableBytes() + records.readableBytes() <= ServerFlight.MAX_LENGTH) {
            ByteBuf all = context.alloc().buffer(sent.readableBytes() + records.readableBytes());
            all.writeBytes(sent).writeBytes(records, records.readerIndex(), records.readableBytes());
            sent.release();
            sent = all;
            group = ServerFlight.group(all);
        }
        var _ = context.write(message, promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        sent.release();
        sent = Unpooled.EMPTY_BUFFER;
    }
}
