package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The half of HTTP/2 that is the same towards clients and endpoints: its streams, and what becomes of them. The only handler
 * of its channel; there is no object for a frame, and none for a stream but a recycled one.
 *
 * <p>{@link FrameReader} takes apart what comes; {@link ControlFrames} knows what is neither head nor data. A field block goes
 * through one array of the loop. What is written is gathered by {@link FrameWriter}, for all streams, and flushed once in a
 * turn of the loop; {@link DataSender} decides whose turn it is to send, {@link ReceiveWindows} what the peer may.
 */
abstract class FramedConnection<S extends FramedStream> extends ChannelInboundHandlerAdapter
        implements
            FrameReader.Receiver {
    /** Past this much in front of the socket, more urgent streams would be late. */
    private static final WriteBufferWaterMark WRITE_AHEAD = new WriteBufferWaterMark(16 * 1024, 64 * 1024);

    final Channel channel;
    final LoopState loop;
    final FieldSection section;
    final HpackEncoder encoder;
    final StreamTable<S> streams = new StreamTable<>();
    final FloodGuard guard;
    final FrameWriter writer = new FrameWriter();
    final DataSender sender;
    boolean closed;
    private final Http2Limits limits;
    private final HpackDecoder decoder = new HpackDecoder(Http2Limits.TABLE);
    private final ControlFrames<S> control = new ControlFrames<>(this);
    private final ClosedStreams closedStreams = new ClosedStreams();
    private final ReceiveWindows windows;
    private final FrameReader reader;
    private final Runnable flushNow = this::flushNow;
    /** The stream whose data is coming, null if nobody wants it. */
    private @Nullable S dataStream;
    private boolean reading;
    private boolean flushDue;
    private @Nullable FramedStream[] touched = new FramedStream[16];
    private int touchedCount;

    FramedConnection(Channel channel, LoopState loop, HeadLimits heads, Http2Limits limits, FloodGuard guard) {
        this.channel = channel;
        this.loop = loop;
        this.limits = limits;
        this.guard = guard;
        this.section = new FieldSection(heads);
        this.encoder = new HpackEncoder(loop.scratch);
        this.sender = new DataSender(channel, writer, encoder, guard, this::stalled);
        this.windows = new ReceiveWindows(limits, writer);
        this.reader = new FrameReader(channel.alloc(), limits, this);
    }

    final MessageOutput output() {
        return writer.output();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        writer.output(new MessageOutput(context, loop));
        channel.config().setWriteBufferWaterMark(WRITE_AHEAD);
    }

    // ---- for the two sides

    /** A head, or trailers, have come: decodes them by {@link #decode} in any case. */
    abstract void headers(int id, boolean last, byte[] block, int length);

    /** The peer has named the last of our streams that it serves. */
    abstract void goAway(int lastId, int code);

    /** A setting that is only for one side. */
    abstract void setting(int name, long value);

    /** {@return whether the peer may have begun a stream of this number} */
    abstract boolean isKnown(int id);

    abstract void priorityUpdate(int id, int priority);

    /** A PING of ours came back. */
    abstract void pinged();

    /** A stream is not open any more, and may be used again. */
    abstract void released(S stream);

    /** The first settings have come. */
    abstract void begun();

    /** A stream begins to wait for its peer. */
    abstract void stalled(FramedStream stream);

    /** Bytes were flushed. */
    abstract void flushed();

    /** The connection ends because the peer broke the protocol. */
    abstract void failed(String detail);

    /** {@return the largest number of the peer's streams that was served} */
    abstract int lastServed();

    // ---- what is received

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in) || closed) {
            ReferenceCountUtil.release(message);
            return;
        }
        receive(in);
    }

    final void receive(ByteBuf in) {
        reading = true;
        reader.read(in);
    }

    @Override
    public final boolean isClosed() {
        return closed;
    }

    @Override
    public final boolean admits(int type, int flags) {
        if (control.settled() || (type == Http2.SETTINGS && (flags & Http2.ACK) == 0)) {
            return true;
        }
        fail(Http2.PROTOCOL_ERROR, "the first frame is no SETTINGS");
        return false;
    }

    @Override
    public final void frame(ByteBuf in, int length, int type, int flags, int id) {
        control.read(in, length, type, flags, id);
    }

    /** Counts a frame that carries no work. {@return whether the connection goes on} */
    final boolean control() {
        if (guard.control()) {
            return true;
        }
        fail(Http2.ENHANCE_YOUR_CALM, "too many control frames");
        return false;
    }

    // ---- data

    @Override
    public final void data(int id, int length, int overhead, boolean last) {
        dataStream = null;
        if (id == 0 || !isKnown(id)) {
            fail(Http2.PROTOCOL_ERROR, "DATA on a stream that was not begun");
            return;
        }
        if (!windows.take(length)) {
            fail(Http2.FLOW_CONTROL_ERROR, "more data than the connection's window");
            return;
        }
        S stream = streams.get(id);
        if (stream == null) {
            strayData(id);
        } else if (stream.remoteEnded) {
            streamError(stream, Http2.STREAM_CLOSED, "DATA after the end of the stream");
            stream = null;
        } else if (length > stream.receiveWindow) {
            streamError(stream, Http2.FLOW_CONTROL_ERROR, "more data than the stream's window");
            stream = null;
        } else {
            stream.receiveWindow -= length;
        }
        if (closed || (length == overhead && !last && !control())) {
            return;
        }
        if (length > overhead) {
            guard.work();
        }
        dataStream = stream;
        if (overhead > 0) {
            windows.consumed(stream, overhead);
        }
    }

    /** A stream that is over: by us, then the peer may not know yet; or by the peer, which then is wrong. */
    private void strayData(int id) {
        int how = closedStreams.closed(id);
        if (how >= 0) {
            countProvoked();
            if (!closed) {
                writeReset(id, Http2.STREAM_CLOSED);
                if (how > 0) {
                    fail(Http2.STREAM_CLOSED, "DATA on a closed stream");
                }
            }
        }
    }

    @Override
    public final boolean wantsData() {
        return dataStream != null;
    }

    @Override
    public final void dataSkipped(int bytes) {
        windows.consumed(null, bytes);
    }

    @Override
    public final void dataPart(ByteBuf chunk) {
        S stream = dataStream;
        if (stream == null) {
            chunk.release();
            return;
        }
        windows.delivered(stream, chunk.readableBytes());
        touch(stream);
        stream.received(chunk);
    }

    @Override
    public final void dataEnd(boolean last) {
        S stream = dataStream;
        dataStream = null;
        if (last && stream != null) {
            stream.remoteEnded = true;
            stream.receivedEnd();
            closeIfEnded(stream);
        }
    }

    /** Says that the host is to be told of the end of the read, since something of this stream came with it. */
    final void touch(FramedStream stream) {
        if (!stream.touched) {
            stream.touched = true;
            if (touchedCount == touched.length) {
                touched = Arrays.copyOf(touched, touchedCount * 2);
            }
            touched[touchedCount++] = stream;
        }
    }

    /** The host wants more of a stream's data, or a pause. */
    final void read(FramedStream stream, boolean wanted) {
        if (stream.paused == !wanted) {
            return;
        }
        stream.paused = !wanted;
        if (wanted && windows.resume(stream)) {
            flushLater();
        }
    }

    // ---- heads

    @Override
    public final void block(ByteBuf in, int length, int id, boolean last) {
        byte[] bytes = loop.block(length);
        in.readBytes(bytes, 0, length);
        guard.work();
        headers(id, last, bytes, length);
    }

    /** Decodes a block to the section that was begun. {@return whether the connection goes on} */
    final boolean decode(byte[] bytes, int length) {
        if (decoder.decode(bytes, 0, length, section)) {
            return true;
        }
        fail(Http2.COMPRESSION_ERROR, "a field block that cannot be decoded");
        return false;
    }

    /** Decodes a block that nobody wants, as the table must stay in step. */
    final boolean skip(byte[] bytes, int length) {
        Head nobody = loop.discarded;
        nobody.clear();
        section.trailers(nobody);
        return decode(bytes, length);
    }

    // ---- the end of a read

    @Override
    public final void channelReadComplete(ChannelHandlerContext context) {
        readCompleted();
    }

    final void readCompleted() {
        for (int i = 0; i < touchedCount; i++) {
            FramedStream stream = touched[i];
            touched[i] = null;
            if (stream != null) {
                stream.touched = false;
                if (stream.open) {
                    stream.readCompleted();
                }
            }
        }
        touchedCount = 0;
        reading = false;
        if (!flushDue) {
            flush();
        }
    }

    // ---- what is sent

    /** Writes the first frames of a connection. */
    final void writePreface(int... settings) {
        writer.settings(settings);
        windows.open();
    }

    final void writeReset(int id, int code) {
        writer.reset(id, code);
        answered();
        flushLater();
    }

    final void writePing() {
        writer.ping();
        flushLater();
    }

    final void writeGoAway(int lastId, int code, String detail) {
        writer.goAway(lastId, code, detail);
        flushLater();
    }

    /** A peer that makes us answer and does not read the answers is not answered for ever. */
    final void answered() {
        if (!guard.answered(channel.isWritable())) {
            writer.flush();
            fail(Http2.ENHANCE_YOUR_CALM, "too many answers wait to be read");
        }
    }

    /** Writes what the encoder holds as a head or trailers. */
    final void writeHeaders(FramedStream stream, boolean last) {
        writer.headers(encoder, stream.id, last);
        if (last) {
            stream.localEnded = true;
        }
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!channel.isWritable() || closed) {
            return;
        }
        guard.drained();
        for (int i = 0; i < streams.places(); i++) {
            S stream = streams.at(i);
            if (stream != null && stream.full && !stream.hasQueuedBytes()) {
                stream.full = false;
                stream.writable();
            }
        }
        flushLater();
    }

    /** Flushes at the end of this turn of the loop, so that all which is written until then leaves together. */
    final void flushLater() {
        if (!flushDue && !reading) {
            flushDue = true;
            channel.eventLoop().execute(flushNow);
        }
    }

    private void flushNow() {
        flushDue = false;
        if (!reading) {
            flush();
        }
    }

    private void flush() {
        if (closed) {
            writer.flush();
            return;
        }
        sender.pump();
        writer.flush();
        flushed();
    }

    // ---- the end of streams and of the connection

    final void open(S stream, int id) {
        // RFC 9113, section 6.9.2: until the peer has taken our settings it may still count on the window that all begin with.
        int window = control.acknowledged() ? limits.streamWindow() : Math.max(limits.streamWindow(), Http2.WINDOW);
        stream.begin(id, control.peerWindow(), window);
        streams.put(stream);
        guard.work();
    }

    final boolean begunByPeer() {
        return control.settled();
    }

    /** Closes a stream whose both sides have ended. */
    final void closeIfEnded(S stream) {
        if (stream.open && stream.localEnded && stream.remoteEnded && !stream.hasQueued()) {
            close(stream, false);
            released(stream);
        }
    }

    /** Forgets a stream; {@code ours} if more of the peer's may be on its way. */
    final void close(S stream, boolean ours) {
        stream.open = false;
        streams.remove(stream.id);
        sender.drop(stream);
        remember(stream.id, ours);
        S current = dataStream;
        if (current != null && current.id == stream.id) {
            dataStream = null;
        }
        windows.closed(stream);
    }

    /** Remembers for a while that a stream is closed; {@code ours} if more of the peer's may be on its way. */
    final void remember(int id, boolean ours) {
        closedStreams.add(id, ours);
    }

    /** {@return 1 if a stream was closed by both or the peer, -1 if by us, 0 if that is not known} */
    final int closedLately(int id) {
        return closedStreams.closed(id);
    }

    /** Resets a stream; nothing is told to it. */
    final void reset(S stream, int code) {
        writeReset(stream.id, code);
        if (stream.open) {
            close(stream, true);
            released(stream);
        }
    }

    /** The peer has broken the protocol on one stream. */
    final void streamError(S stream, int code, String detail) {
        countProvoked();
        if (!closed) {
            writeReset(stream.id, code);
        }
        if (stream.open) {
            close(stream, true);
            stream.lost(code, false, detail);
            released(stream);
        }
    }

    /** Counts a reset that the peer made us send. */
    final void countProvoked() {
        if (!closed && !guard.reset()) {
            fail(Http2.ENHANCE_YOUR_CALM, "too many streams had to be reset");
        }
    }

    /** Ends the connection because of the peer. */
    @Override
    public final void fail(int code, String detail) {
        if (!closed) {
            writeGoAway(lastServed(), code, detail);
            closed = true;
            writer.flush();
            loseAll(detail);
            failed(detail);
        }
    }

    /** Nothing more comes for any stream. */
    final void loseAll(String detail) {
        while (streams.size() > 0) {
            for (int i = 0; i < streams.places(); i++) {
                for (S stream = streams.at(i); stream != null; stream = streams.at(i)) { // another one moves up
                    close(stream, false);
                    stream.lost(Http2.INTERNAL_ERROR, false, detail);
                    released(stream);
                }
            }
        }
    }

    /** Gives back what was kept. */
    final void releaseAll() {
        closed = true;
        output().release();
        reader.release();
    }
}
