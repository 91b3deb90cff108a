package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.TlsSession;
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
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client's QUIC connection that speaks HTTP/3 (RFC 9114): what its streams share. Each stream of a request is a {@link
 * Http3Stream} on a channel of its own; the streams that the client opens towards us alone are {@link OneWayStream}s.
 */
final class Http3Connection extends ChannelInboundHandlerAdapter implements ClientConnection {
    /**
     * Netty 4.2.18 forgets a stream only when it has read its end, so that what is left of one that was reset stays until
     * its connection is closed. After so many the client is asked to open another connection.
     */
    private static final int MOST_ABANDONED = 256;

    final ListenerCodec listener;
    final HttpIngress ingress;
    final LoopState loop;
    final QuicChannel channel;
    final Connection connection;
    final Forwarding forwarding;
    final FieldSection section;
    final QpackEncoder encoder;
    final FloodGuard guard;
    private final QpackDecoder decoder = new QpackDecoder();
    private final ConnectionTimer timer;
    private final Deadline patience;
    private final Map<Long, Http3Stream> streams = new LinkedHashMap<>();
    private @Nullable QuicStreamChannel control;
    private long patienceUntil;
    private long leaveAt;
    /** The smallest number of a stream that was not begun. */
    private long nextStream;
    private int openedOneWay;
    private int served;
    private int abandoned;
    private boolean leaving;
    private boolean left;
    private boolean prioritises;
    private boolean closed;
    private boolean gone;

    Http3Connection(ListenerCodec listener, LoopState loop, String name, QuicChannel channel) {
        this.listener = listener;
        this.ingress = listener.ingress;
        this.loop = loop;
        this.channel = channel;
        this.connection = new Connection(name, loop.index, channel.eventLoop(), address(channel.remoteSocketAddress()),
                address(channel.localSocketAddress()), TlsSession.of(channel));
        this.forwarding = new Forwarding(listener.forwarding, loop, connection);
        this.section = new FieldSection(listener.limits, 30);
        this.encoder = loop.qpackEncoder();
        this.guard = listener.config.h3().guard(listener.context);
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
        channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter()).addListener(created -> {
            if (created.isSuccess()) {
                control = (QuicStreamChannel) created.getNow();
                writeSettings(control);
            } else {
                fail(Http3.INTERNAL_ERROR, "no control stream can be opened");
            }
        });
        if (loop.draining) {
            leave();
        }
    }

    private void writeSettings(QuicStreamChannel stream) {
        ByteBuf settings = channel.alloc().directBuffer(32);
        Varint.write(settings, Http3.MAX_TABLE_CAPACITY);
        Varint.write(settings, 0);
        Varint.write(settings, Http3.MAX_FIELD_SECTION_SIZE);
        Varint.write(settings, listener.limits.maxHead());
        Varint.write(settings, Http3.BLOCKED_STREAMS);
        Varint.write(settings, 0);
        Varint.write(settings, Http3.ENABLE_CONNECT_PROTOCOL);
        Varint.write(settings, 1);
        ByteBuf out = channel.alloc().directBuffer(64);
        Varint.write(out, Http3.CONTROL_STREAM);
        Varint.write(out, Http3.SETTINGS);
        Varint.write(out, settings.readableBytes());
        out.writeBytes(settings);
        settings.release();
        var _ = stream.writeAndFlush(new DefaultQuicStreamFrame(out, false));
    }

    // ---- streams

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof QuicStreamChannel stream)) {
            ReferenceCountUtil.release(message);
            return;
        }
        ChannelInboundHandler handler;
        if (stream.type() == QuicStreamType.UNIDIRECTIONAL) {
            handler = new OneWayStream(this, stream);
        } else {
            Http3Stream request = new Http3Stream(this, stream);
            nextStream = Math.max(nextStream, stream.streamId() + 4);
            streams.put(stream.streamId(), request);
            timer.readDone();
            handler = request;
            if (left || closed) {
                request.reject();
            } else if (++served == listener.config.maxRequestsPerConnection()) {
                leave();
            }
        }
        stream.config().setReadFrames(true);
        stream.config().setAllocator(channel.alloc());
        stream.pipeline().addLast(handler);
        var _ = channel.eventLoop().register(stream);
    }

    /** Reads a field section. {@return false if the connection has failed by it} */
    boolean decode(ByteBuf payload) {
        int length = payload.readableBytes();
        byte[] block = loop.block(length);
        payload.readBytes(block, 0, length);
        if (decoder.decode(block, 0, length, section)) {
            return true;
        }
        fail(Http3.DECOMPRESSION_FAILED, "a field section that is no QPACK, or needs a dynamic table");
        return false;
    }

    /** A stream is over. */
    void released(Http3Stream stream) {
        streams.remove(stream.id());
        if (streams.isEmpty() && !closed) {
            awaitStreams();
        }
    }

    /** With no streams a connection is closed, but not at once: what was written has to arrive, or be sent again. */
    private void awaitStreams() {
        timer.readWithin(
                left ? listener.lingerNanos : loop.draining ? ListenerCodec.MOMENT_NANOS : listener.keepAliveNanos);
    }

    /** A stream was reset, by whom ever, because of what the client did. */
    void countReset() {
        if (!closed && !guard.reset()) {
            fail(Http3.EXCESSIVE_LOAD, "too many streams were reset");
        } else {
            abandoned();
        }
    }

    /** A stream is not read to its end. */
    void abandoned() {
        if (++abandoned == MOST_ABANDONED) {
            leave();
        }
    }

    /** Counts a frame that carries no work. {@return whether the connection goes on} */
    boolean control() {
        if (guard.control()) {
            return true;
        }
        fail(Http3.EXCESSIVE_LOAD, "too many frames without work");
        return false;
    }

    /** Says to QUIC which stream goes first, from the first stream on for which the client says something. */
    void prioritise(QuicStreamChannel stream, int priority) {
        if (prioritises || priority != Priority.NONE) {
            prioritises = true;
            Priorities.apply(stream, priority);
        }
    }

    /** The client says a priority of one of its streams. */
    void priorityUpdate(long id, int priority) {
        if ((id & 3) != 0) {
            fail(Http3.ID_ERROR, "a PRIORITY_UPDATE for a stream that is no request's");
            return;
        }
        Http3Stream stream = streams.get(id);
        if (stream != null) {
            prioritises = true;
            Priorities.apply(stream.channel(), priority);
        }
    }

    /** {@return whether this type of one-way stream was not opened before} */
    boolean opensOnce(int type) {
        int bit = 1 << type;
        boolean first = (openedOneWay & bit) == 0;
        openedOneWay |= bit;
        return first;
    }

    boolean isClosed() {
        return closed;
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
        if (next != 0 && !closed) {
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
    private void leave() {
        if (!leaving && !closed) {
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

    private void writeGoAway(long id) {
        QuicStreamChannel stream = control;
        if (stream != null) {
            ByteBuf out = channel.alloc().directBuffer(16);
            Varint.write(out, Http3.GOAWAY);
            Varint.write(out, Varint.size(id));
            Varint.write(out, id);
            var _ = stream.writeAndFlush(new DefaultQuicStreamFrame(out, false));
        }
    }

    /** Ends the connection because of the client. */
    void fail(int code, String detail) {
        if (!closed) {
            closed = true;
            loseAll(detail);
            close(code, detail);
        }
    }

    /** In a task of its own: the connection may be in the middle of reading a packet, which must not pull it away. */
    private void close(int code, String detail) {
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
        if (event instanceof QuicConnectionCloseEvent && !closed) {
            // QUIC itself lingers on, to answer packets that are late.
            closed = true;
            loseAll("the client closed the connection");
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!gone) {
            gone = true;
            closed = true;
            loseAll("the client closed the connection");
            timer.close();
            patience.close();
            listener.closed(loop, this);
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // What goes wrong with QUIC itself ends the connection by itself; here it is only told.
        listener.context.logger().log(System.Logger.Level.DEBUG, "a QUIC connection", cause);
    }
}
