package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the QUIC codecs of one loop's socket and finds the codec that a packet belongs to: by its connection id if
 * that was made here, on whatever loop; else the newest of this loop. On its loop only, but for {@link #channel} and what is
 * moved to it.
 */
final class QuicDispatcher extends ChannelInboundHandlerAdapter {
    /** Moved packets that wait for a loop; more are dropped, as a full socket would. */
    private static final int MOST_MOVED = 4096;
    private static final int LONG_HEADER = 0x80;
    /** Of a long header: flags, version, and the length of the id (RFC 9000, section 17.2). */
    private static final int BEFORE_LONG_ID = 6;

    private final Loop loop;
    private final ConnectionIds ids;
    private final List<QuicDispatcher> all;
    private final AtomicInteger moved = new AtomicInteger();
    private volatile @Nullable Channel channel;
    private volatile @Nullable Codec newest;
    private @Nullable Codec older;

    /** A codec, with the one before it: it keeps its connections, and stays as long as the listener does. */
    private record Codec(int generation, ChannelHandlerContext context, @Nullable Codec before) {
        void read(Object packet) throws Exception {
            ((ChannelInboundHandler) context.handler()).channelRead(context, packet);
        }

        void readComplete() throws Exception {
            ((ChannelInboundHandler) context.handler()).channelReadComplete(context);
        }
    }

    /**
     * Makes a dispatcher.
     *
     * @param ids of this loop
     * @param all those of the listener by their loops, this one included once all are made
     */
    QuicDispatcher(Loop loop, ConnectionIds ids, List<QuicDispatcher> all) {
        this.loop = loop;
        this.ids = ids;
        this.all = all;
    }

    ConnectionIds ids() {
        return ids;
    }

    /** {@return the socket, null before there is one} */
    @Nullable Channel channel() {
        return channel;
    }

    /** The socket is bound. */
    void opened(Channel socket, ChannelHandler codec) {
        channel = socket;
        socket.pipeline().addLast("0", codec);
        newest = new Codec(0, socket.pipeline().context(codec), null);
    }

    /** New connections get another codec. */
    void replace(int generation, ChannelHandler codec) {
        Codec before = newest;
        Channel socket = channel;
        if (before != null && socket != null) {
            socket.pipeline().addBefore(before.context().name(), Integer.toString(generation), codec);
            newest = new Codec(generation, socket.pipeline().context(codec), before);
            older = before;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (!(message instanceof DatagramPacket packet) || newest == null) {
            ReferenceCountUtil.release(message);
            return;
        }
        int place = all.size() == 1 && older == null ? ConnectionIds.UNKNOWN : place(packet.content());
        int to = ConnectionIds.loop(place);
        if (place == ConnectionIds.UNKNOWN || to >= all.size() || all.get(to) == this) {
            deliver(packet, place);
        } else {
            all.get(to).move(packet, place);
        }
    }

    private void deliver(DatagramPacket packet, int place) throws Exception {
        Codec codec = newest;
        if (place != ConnectionIds.UNKNOWN) {
            int generation = ConnectionIds.generation(place);
            for (Codec at = codec; at != null; at = at.before()) {
                if (at.generation() == generation) {
                    codec = at;
                }
            }
        }
        if (codec == null) {
            packet.release();
        } else {
            codec.read(packet);
        }
    }

    /** {@return where a packet's connection id says that it belongs} */
    private int place(ByteBuf packet) {
        int start = packet.readerIndex();
        int length = packet.readableBytes();
        if (length < 1 + ConnectionIds.LENGTH) {
            return ConnectionIds.UNKNOWN;
        }
        if ((packet.getByte(start) & LONG_HEADER) == 0) {
            return ids.place(packet, start + 1);
        }
        return length >= BEFORE_LONG_ID + ConnectionIds.LENGTH
                && packet.getUnsignedByte(start + BEFORE_LONG_ID - 1) == ConnectionIds.LENGTH
                        ? ids.place(packet, start + BEFORE_LONG_ID) : ConnectionIds.UNKNOWN;
    }

    /** Takes a packet that came at another loop's socket, and owns it. */
    private void move(DatagramPacket packet, int place) {
        if (moved.incrementAndGet() > MOST_MOVED) {
            moved.decrementAndGet();
            packet.release();
            return;
        }
        try {
            loop.execute(() -> {
                moved.decrementAndGet();
                Channel socket = channel;
                if (socket == null || !socket.isActive()) {
                    packet.release();
                    return;
                }
                try {
                    deliver(packet, place);
                    completed();
                } catch (Exception e) {
                    socket.pipeline().fireExceptionCaught(e);
                }
            });
        } catch (RejectedExecutionException e) {
            moved.decrementAndGet();
            packet.release();
        }
    }

    private void completed() throws Exception {
        for (Codec codec = newest; codec != null; codec = codec.before()) {
            codec.readComplete();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        completed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A datagram that could not be sent or read: QUIC sends again what is lost.
        System.getLogger(QuicListener.class.getName()).log(System.Logger.Level.DEBUG, "a socket of QUIC", cause);
    }
}
