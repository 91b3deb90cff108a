package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Copies what is received during a handshake to buffers of its size: a handshake that comes in pieces would keep the loop's
 * read buffer, 64 KiB of it, for as long as a slow client likes.
 */
final class HandshakeBuffers extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf received = (ByteBuf) message;
        try {
            context.fireChannelRead(context.alloc().directBuffer(received.readableBytes()).writeBytes(received));
        } finally {
            received.release();
        }
    }
}
