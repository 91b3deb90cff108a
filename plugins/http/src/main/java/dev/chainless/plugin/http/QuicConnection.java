package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The half of HTTP/3 (RFC 9114) that is the same towards clients and endpoints: what the streams of a QUIC connection share.
 * Each stream of a request is a {@link QuicStream} on a channel of its own; the streams that the peer opens towards us alone
 * are {@link OneWayStream}s.
 */
abstract class QuicConnection<S extends QuicStream> extends ChannelInboundHandlerAdapter {
    /**
     * Netty 4.2.18 forgets a stream only when it has read its end, so that what is left of one that was reset stays until
     * its connection is closed. After so many another connection is used.
     */
    private static final int MOST_ABANDONED = 256;

    final QuicChannel channel;
    final LoopState loop;
    final HeadLimits limits;
    /** Whether the peer is an endpoint. */
    final boolean client;
    /** The longest frame that is not known, and skipped. */
    final long maxUnknownFrame;
    final FieldSection section;
    final QpackEncoder encoder;
    final FloodGuard guard;
    final Map<Long, S> streams = new LinkedHashMap<>();
    private final QpackDecoder decoder = new QpackDecoder();
    private @Nullable QuicStreamChannel control;
    private int openedOneWay;
    private int abandoned;
    private boolean closed;
    private boolean gone;

    QuicConnection(QuicChannel channel, LoopState loop, HeadLimits limits, boolean client, long maxUnknownFrame,
            FloodGuard guard) {
        this.channel = channel;
        this.loop = loop;
        this.limits = limits;
        this.client = client;
        this.maxUnknownFrame = maxUnknownFrame;
        this.section = new FieldSection(limits, 30);
        this.encoder = loop.qpackEncoder();
        this.guard = guard;
    }

    // ---- for the two sides

    /** The peer has opened a stream in both directions. {@return its handler, null if it may not} */
    abstract @Nullable ChannelInboundHandler requested(QuicStreamChannel stream);

    /** A stream is over. */
    abstract void released();

    /**
     * The peer has said its settings.
     *
     * @param connects whether it takes extended CONNECT (RFC 9220)
     */
    abstract void settled(boolean connects);

    /** The peer takes, or sends, no more from this number on, which was never smaller before. */
    abstract void goAway(long id);

    /** The peer says a priority of one of its streams. */
    abstract void priorityUpdate(long id, int priority);

    /** The connection should be replaced by another one. */
    abstract void leave();

    /** The peer begins not to read. {@return the time, in the context's terms of nanoseconds, but never 0} */
    abstract long stalls();

    /** The connection is no more. */
    abstract void disconnected();

    /** {@return why streams are lost when the peer has closed the connection} */
    abstract String closing(@Nullable QuicConnectionCloseEvent event);

    // ---- the beginning

    /** Opens the control stream. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter()).addListener(created -> {
            if (created.isSuccess()) {
                control = (QuicStreamChannel) created.getNow();
                writeSettings(control);
            } else {
                fail(Http3.INTERNAL_ERROR, "no control stream can be opened");
            }
        });
    }

    private void writeSettings(QuicStreamChannel stream) {
        ByteBuf settings = channel.alloc().directBuffer(32);
        Varint.write(settings, Http3.MAX_TABLE_CAPACITY);
        Varint.write(settings, 0);
        Varint.write(settings, Http3.MAX_FIELD_SECTION_SIZE);
        Varint.write(settings, limits.maxHead());
        Varint.write(settings, Http3.BLOCKED_STREAMS);
        Varint.write(settings, 0);
        if (!client) {
            Varint.write(settings, Http3.ENABLE_CONNECT_PROTOCOL);
            Varint.write(settings, 1);
        }
        ByteBuf out = channel.alloc().directBuffer(64);
        Varint.write(out, Http3.CONTROL_STREAM);
        Varint.write(out, Http3.SETTINGS);
        Varint.write(out, settings.readableBytes());
        out.writeBytes(settings);
        settings.release();
        var _ = stream.writeAndFlush(new DefaultQuicStreamFrame(out, false));
    }

    final void writeGoAway(long id) {
        QuicStreamChannel stream = control;
        if (stream != null) {
            ByteBuf out = channel.alloc().directBuffer(16);
            Varint.write(out, Http3.GOAWAY);
            Varint.write(out, Varint.size(id));
            Varint.write(out, id);
            var _ = stream.writeAndFlush(new DefaultQuicStreamFrame(out, false));
        }
    }

    // ---- streams

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof QuicStreamChannel stream)) {
            ReferenceCountUtil.release(message);
            return;
        }
        ChannelInboundHandler handler = stream.type() == QuicStreamType.UNIDIRECTIONAL ? new OneWayStream(this, stream)
                : requested(stream);
        if (handler != null) {
            prepare(stream);
            stream.pipeline().addLast(handler);
        }
        var _ = channel.eventLoop().register(stream);
    }

    final void prepare(QuicStreamChannel stream) {
        stream.config().setReadFrames(true);
        stream.config().setAllocator(channel.alloc());
    }

    final void forget(QuicStream stream) {
        streams.remove(stream.id());
        released();
    }

    /** Reads a field section. {@return false if the connection has failed by it} */
    final boolean decode(ByteBuf payload) {
        int length = payload.readableBytes();
        byte[] block = loop.block(length);
        payload.readBytes(block, 0, length);
        if (decoder.decode(block, 0, length, section)) {
            return true;
        }
        fail(Http3.DECOMPRESSION_FAILED, "a field section that is no QPACK, or needs a dynamic table");
        return false;
    }

    /** A stream was reset, by whom ever, because of what the peer did. */
    final void countReset() {
        if (!closed && !guard.reset()) {
            fail(Http3.EXCESSIVE_LOAD, "too many streams were reset");
        } else {
            abandoned();
        }
    }

    /** A stream is not read to its end. */
    final void abandoned() {
        if (++abandoned == MOST_ABANDONED) {
            leave();
        }
    }

    /** Counts a frame that carries no work. {@return whether the connection goes on} */
    final boolean control() {
        if (guard.control()) {
            return true;
        }
        fail(Http3.EXCESSIVE_LOAD, "too many frames without work");
        return false;
    }

    /** {@return whether this type of one-way stream was not opened before} */
    final boolean opensOnce(int type) {
        int bit = 1 << type;
        boolean first = (openedOneWay & bit) == 0;
        openedOneWay |= bit;
        return first;
    }

    // ---- the end

    public final boolean isClosed() {
        return closed;
    }

    /** Ends the connection because of the peer. */
    final void fail(int code, String detail) {
        if (!closed) {
            closed = true;
            loseAll(detail);
            close(code, detail);
        }
    }

    /** In a task of its own: the connection may be in the middle of reading a packet, which must not pull it away. */
    final void close(int code, String detail) {
        closed = true;
        channel.eventLoop().execute(() -> {
            var _ = channel.close(true, code, Unpooled.copiedBuffer(detail, US_ASCII));
        });
    }

    private void loseAll(String detail) {
        List.copyOf(streams.values()).forEach(stream -> stream.lost(detail));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof QuicConnectionCloseEvent closing && !closed) {
            // QUIC itself lingers on, to answer packets that are late.
            closed = true;
            loseAll(closing(closing));
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!gone) {
            gone = true;
            closed = true;
            loseAll(closing(null));
            disconnected();
        }
        context.fireChannelInactive();
    }
}
