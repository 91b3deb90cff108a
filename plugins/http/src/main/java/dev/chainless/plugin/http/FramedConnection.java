package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The half of HTTP/2 that is the same towards clients and endpoints: frames, settings, windows, and whose turn it is to
 * send. The only handler of its channel; there is no object for a frame, and none for a stream but a recycled one.
 *
 * <p>Frames are read where they lie in the read buffer; only one that has not come whole is kept, and data not even then. A
 * field block goes through one array of the loop. What is written is gathered, by all streams, and flushed once in a turn
 * of the loop. Data is written at once where windows and the channel allow it and nobody else waits; else it is queued with
 * its stream and leaves by priority.
 */
abstract class FramedConnection<S extends FramedStream> extends ChannelInboundHandlerAdapter {
    /** Past this much in front of the socket, more urgent streams would be late. */
    private static final WriteBufferWaterMark WRITE_AHEAD = new WriteBufferWaterMark(16 * 1024, 64 * 1024);
    /** The least that a buffer for frames is made of. */
    private static final int GATHERED = 16 * 1024;
    private static final int REMEMBERED = 128;
    /** There are fewer to be set; each may make all windows move. */
    private static final int MOST_SETTINGS = 32;
    /** A smaller piece is no work that earns the peer anything, if it was its window that made it small. */
    private static final int DRIBBLE = 1024;

    final Channel channel;
    final LoopState loop;
    final FieldSection section;
    final HpackEncoder encoder;
    final StreamTable<S> streams = new StreamTable<>();
    final FloodGuard guard;
    private final Http2Limits limits;
    private final HpackDecoder decoder = new HpackDecoder(Http2Limits.TABLE);
    private final StreamQueue ready = new StreamQueue();
    private final Runnable flushNow = this::flushNow;
    private @Nullable MessageOutput output;

    // ---- what the peer said
    private boolean settingsCame;
    private boolean settingsAcknowledged;
    private int peerWindow = Http2.WINDOW;
    private int peerFrameSize = Http2.FRAME_SIZE;
    private int sendWindow = Http2.WINDOW;

    // ---- what the peer may send
    private int receiveWindow;
    private int credit;

    // ---- what is being read
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    private @Nullable ByteBuf torn;
    private @Nullable S dataStream;
    private int dataLeft;
    private int paddingLeft;
    private boolean dataEnds;
    /** The stream whose field block goes on, 0 if none. */
    private int blockStream;
    private boolean blockEnds;
    private @Nullable ByteBuf block;
    private int continuations;
    private boolean reading;
    private boolean flushDue;
    boolean closed;

    private @Nullable FramedStream[] touched = new FramedStream[16];
    private int touchedCount;
    /** Streams that were closed lately; the sign says whether by us, so that more of the peer's may be on its way. */
    private final int[] lately = new int[REMEMBERED];
    private int latelyAt;

    FramedConnection(Channel channel, LoopState loop, HeadLimits heads, Http2Limits limits, FloodGuard guard) {
        this.channel = channel;
        this.loop = loop;
        this.limits = limits;
        this.guard = guard;
        this.section = new FieldSection(heads);
        this.encoder = new HpackEncoder(loop.scratch);
        this.receiveWindow = limits.connectionWindow();
    }

    final MessageOutput output() {
        return Objects.requireNonNull(output);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        MessageOutput made = new MessageOutput(context, loop);
        made.frame(MessageOutput.RAW, 0);
        output = made;
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

    /** A head is on its way but has not come whole. */
    abstract void headAwaited();

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
        input = in;
        reading = true;
        try {
            while (!closed && input.isReadable() && advance()) {
                // One frame after another.
            }
        } finally {
            ByteBuf left = input;
            input = Unpooled.EMPTY_BUFFER;
            left.release();
        }
    }

    private boolean advance() {
        if (dataLeft > 0) {
            dataPart();
            return true;
        }
        if (paddingLeft > 0) {
            int skipped = Math.min(paddingLeft, input.readableBytes());
            input.skipBytes(skipped);
            paddingLeft -= skipped;
            endOfData();
            return true;
        }
        ByteBuf before = torn;
        if (before == null) {
            int wanted = wanted(input);
            if (closed) {
                return false;
            }
            if (wanted > input.readableBytes()) {
                torn = channel.alloc().buffer(Math.max(wanted, 64)).writeBytes(input);
                return false;
            }
            frame(input);
            return true;
        }
        int missing = wanted(before) - before.readableBytes();
        if (missing > 0 && !closed) {
            before.writeBytes(input, Math.min(missing, input.readableBytes()));
            missing = wanted(before) - before.readableBytes();
        }
        if (missing <= 0 && !closed) {
            torn = null;
            try {
                frame(before);
            } finally {
                before.release();
            }
        }
        return true;
    }

    /** {@return how many bytes of a frame must be there at once} */
    private int wanted(ByteBuf in) {
        if (in.readableBytes() < Http2.FRAME_HEADER) {
            return Http2.FRAME_HEADER;
        }
        int at = in.readerIndex();
        int length = in.getUnsignedMedium(at);
        if (length > Http2.FRAME_SIZE) {
            fail(Http2.FRAME_SIZE_ERROR, "a frame is longer than was allowed");
            return 0;
        }
        if (in.getByte(at + 3) == Http2.DATA) {
            return (in.getByte(at + 4) & Http2.PADDED) != 0 && length > 0 ? Http2.FRAME_HEADER + 1 : Http2.FRAME_HEADER;
        }
        return Http2.FRAME_HEADER + length;
    }

    private void frame(ByteBuf in) {
        int length = in.readUnsignedMedium();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int id = in.readInt() & 0x7fffffff;
        if (!settingsCame && (type != Http2.SETTINGS || (flags & Http2.ACK) != 0)) {
            fail(Http2.PROTOCOL_ERROR, "the first frame is no SETTINGS");
            return;
        }
        if (blockStream != 0 && (type != Http2.CONTINUATION || id != blockStream)) {
            fail(Http2.PROTOCOL_ERROR, "a field block was interrupted");
            return;
        }
        int end = in.readerIndex() + length;
        switch (type) {
            case Http2.DATA -> {
                data(in, length, flags, id);
                return;
            }
            case Http2.HEADERS -> headers(in, length, flags, id);
            case Http2.PRIORITY -> priority(in, length, id);
            case Http2.RST_STREAM -> reset(in, length, id);
            case Http2.SETTINGS -> settings(in, length, flags, id);
            case Http2.PUSH_PROMISE -> fail(Http2.PROTOCOL_ERROR, "PUSH_PROMISE");
            case Http2.PING -> ping(in, length, flags, id);
            case Http2.GOAWAY -> goAway(in, length, id);
            case Http2.WINDOW_UPDATE -> windowUpdate(in, length, id);
            case Http2.CONTINUATION -> continuation(in, length, flags, id);
            case Http2.PRIORITY_UPDATE -> priorityUpdate(in, length, id);
            default -> control(); // section 4.1: what is not known is ignored
        }
        if (!closed) {
            in.readerIndex(end);
        }
    }

    /** Counts a frame that carries no work. {@return whether the connection goes on} */
    private boolean control() {
        if (guard.control()) {
            return true;
        }
        fail(Http2.ENHANCE_YOUR_CALM, "too many control frames");
        return false;
    }

    // ---- data

    private void data(ByteBuf in, int length, int flags, int id) {
        int padding = 0;
        if ((flags & Http2.PADDED) != 0) {
            if (length == 0) {
                fail(Http2.FRAME_SIZE_ERROR, "padding without a length");
                return;
            }
            padding = in.readUnsignedByte();
            if (padding >= length) {
                fail(Http2.PROTOCOL_ERROR, "more padding than frame");
                return;
            }
        }
        boolean padded = (flags & Http2.PADDED) != 0;
        dataStream = null;
        dataLeft = 0;
        paddingLeft = 0;
        dataEnds = false;
        if (id == 0 || !isKnown(id)) {
            fail(Http2.PROTOCOL_ERROR, "DATA on a stream that was not begun");
            return;
        }
        if (length > receiveWindow) {
            fail(Http2.FLOW_CONTROL_ERROR, "more data than the connection's window");
            return;
        }
        receiveWindow -= length;
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
        if (closed) {
            return;
        }
        boolean last = (flags & Http2.END_STREAM) != 0;
        int overhead = padded ? padding + 1 : 0;
        if (length == overhead && !last && !control()) {
            return;
        }
        if (length > overhead) {
            guard.work();
        }
        dataStream = stream;
        dataLeft = length - overhead;
        paddingLeft = padding;
        dataEnds = last;
        if (overhead > 0) {
            consumed(stream, overhead);
        }
        if (dataLeft == 0 && paddingLeft == 0) {
            endOfData();
        }
    }

    /** A stream that is over: by us, then the peer may not know yet; or by the peer, which then is wrong. */
    private void strayData(int id) {
        int how = closedLately(id);
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

    private void dataPart() {
        S stream = dataStream;
        int size = Math.min(dataLeft, input.readableBytes());
        dataLeft -= size;
        if (stream == null) {
            input.skipBytes(size);
            consumed(null, size);
        } else {
            ByteBuf chunk;
            if (size == input.readableBytes()) {
                chunk = input;
                input = Unpooled.EMPTY_BUFFER;
            } else {
                chunk = input.readRetainedSlice(size);
            }
            if (stream.paused) {
                stream.unconsumed += size;
            } else {
                consumed(stream, size);
            }
            touch(stream);
            stream.received(chunk);
        }
        endOfData();
    }

    private void endOfData() {
        S stream = dataStream;
        if (dataLeft == 0 && paddingLeft == 0) {
            dataStream = null;
            if (dataEnds && stream != null) {
                dataEnds = false;
                stream.remoteEnded = true;
                stream.receivedEnd();
                closeIfEnded(stream);
            }
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

    /** Bytes of the peer are done with, so that it may send as many more. */
    final void consumed(@Nullable FramedStream stream, int bytes) {
        credit += bytes;
        if (credit >= limits.connectionWindow() / 2) {
            receiveWindow += credit;
            writeWindowUpdate(0, credit);
            credit = 0;
        }
        if (stream != null && stream.open && !stream.remoteEnded) {
            stream.credit += bytes;
            if (stream.credit >= limits.streamWindow() / 2) {
                stream.receiveWindow += stream.credit;
                writeWindowUpdate(stream.id, stream.credit);
                stream.credit = 0;
            }
        }
    }

    /** The host wants more of a stream's data, or a pause. */
    final void read(FramedStream stream, boolean wanted) {
        if (stream.paused == !wanted) {
            return;
        }
        stream.paused = !wanted;
        if (wanted && stream.unconsumed > 0) {
            int bytes = stream.unconsumed;
            stream.unconsumed = 0;
            consumed(stream, bytes);
            flushLater();
        }
    }

    // ---- heads

    private void headers(ByteBuf in, int length, int flags, int id) {
        int padding = 0;
        int rest = length;
        if (id == 0) {
            fail(Http2.PROTOCOL_ERROR, "HEADERS on the connection");
            return;
        }
        if ((flags & Http2.PADDED) != 0) {
            if (rest < 1) {
                fail(Http2.FRAME_SIZE_ERROR, "padding without a length");
                return;
            }
            padding = in.readUnsignedByte();
            rest--;
        }
        boolean selfDependent = false;
        if ((flags & Http2.WITH_PRIORITY) != 0) {
            if (rest < 5) {
                fail(Http2.FRAME_SIZE_ERROR, "a priority that is not whole");
                return;
            }
            selfDependent = (in.readInt() & 0x7fffffff) == id;
            in.skipBytes(1);
            rest -= 5;
        }
        if (padding > rest) {
            fail(Http2.PROTOCOL_ERROR, "more padding than frame");
            return;
        }
        if (selfDependent) {
            // RFC 7540, section 5.3.1. As the block has to be read, the connection might as well go.
            fail(Http2.PROTOCOL_ERROR, "a stream that depends on itself");
            return;
        }
        boolean last = (flags & Http2.END_STREAM) != 0;
        if ((flags & Http2.END_HEADERS) != 0) {
            block(in, rest - padding, id, last);
            return;
        }
        blockStream = id;
        blockEnds = last;
        continuations = 0;
        block = channel.alloc().buffer(2 * (rest - padding) + 64).writeBytes(in, rest - padding);
        headAwaited();
    }

    private void continuation(ByteBuf in, int length, int flags, int id) {
        ByteBuf begun = block;
        if (begun == null) {
            fail(Http2.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
            return;
        }
        boolean last = (flags & Http2.END_HEADERS) != 0;
        if (++continuations > limits.maxContinuations() || begun.readableBytes() + length > limits.maxBlock()) {
            fail(Http2.ENHANCE_YOUR_CALM, "a field block of too many frames or bytes");
            return;
        }
        begun.writeBytes(in, length);
        if (last) {
            block = null;
            blockStream = 0;
            try {
                block(begun, begun.readableBytes(), id, blockEnds);
            } finally {
                begun.release();
            }
        }
    }

    private void block(ByteBuf in, int length, int id, boolean last) {
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

    // ---- the other frames

    private void priority(ByteBuf in, int length, int id) {
        if (id == 0) {
            fail(Http2.PROTOCOL_ERROR, "PRIORITY on the connection");
        } else if (length != 5) {
            S stream = streams.get(id);
            if (stream != null) {
                streamError(stream, Http2.FRAME_SIZE_ERROR, "a PRIORITY of other than five bytes");
            } else {
                fail(Http2.FRAME_SIZE_ERROR, "a PRIORITY of other than five bytes");
            }
        } else if ((in.readInt() & 0x7fffffff) == id) {
            S stream = streams.get(id);
            if (stream != null) {
                streamError(stream, Http2.PROTOCOL_ERROR, "a stream that depends on itself");
            } else {
                fail(Http2.PROTOCOL_ERROR, "a stream that depends on itself");
            }
        } else {
            control();
        }
    }

    private void reset(ByteBuf in, int length, int id) {
        if (length != 4) {
            fail(Http2.FRAME_SIZE_ERROR, "a RST_STREAM of other than four bytes");
            return;
        }
        if (id == 0 || !isKnown(id)) {
            fail(Http2.PROTOCOL_ERROR, "RST_STREAM of a stream that was not begun");
            return;
        }
        if (!guard.reset()) {
            fail(Http2.ENHANCE_YOUR_CALM, "too many streams were reset");
            return;
        }
        int code = in.readInt();
        S stream = streams.get(id);
        if (stream != null) {
            close(stream, false);
            stream.lost(code, code == Http2.REFUSED_STREAM, "the peer reset the stream");
            released(stream);
        }
    }

    private void settings(ByteBuf in, int length, int flags, int id) {
        if (id != 0) {
            fail(Http2.PROTOCOL_ERROR, "SETTINGS of a stream");
            return;
        }
        if ((flags & Http2.ACK) != 0) {
            if (length != 0) {
                fail(Http2.FRAME_SIZE_ERROR, "an acknowledgement with settings");
            }
            settingsAcknowledged = true;
            control();
            return;
        }
        if (length % 6 != 0) {
            fail(Http2.FRAME_SIZE_ERROR, "SETTINGS that are not whole");
            return;
        }
        if (length > 6 * MOST_SETTINGS) {
            fail(Http2.ENHANCE_YOUR_CALM, "too many settings");
            return;
        }
        if (!control()) {
            return;
        }
        for (int end = in.readerIndex() + length; in.readerIndex() < end && !closed;) {
            int name = in.readUnsignedShort();
            apply(name, in.readUnsignedInt());
        }
        if (closed) {
            return;
        }
        boolean first = !settingsCame;
        settingsCame = true;
        writeFrame(0, Http2.SETTINGS, Http2.ACK, 0);
        controlWritten();
        if (first) {
            begun();
        }
    }

    private void apply(int name, long value) {
        switch (name) {
            case Http2.HEADER_TABLE_SIZE -> encoder.maxTable(value);
            case Http2.INITIAL_WINDOW_SIZE -> initialWindow(value);
            case Http2.MAX_FRAME_SIZE -> {
                if (value < Http2.FRAME_SIZE || value > Http2.MOST_FRAME_SIZE) {
                    fail(Http2.PROTOCOL_ERROR, "a frame size out of range");
                }
                peerFrameSize = Http2.FRAME_SIZE; // larger frames would only make others wait
            }
            default -> setting(name, value);
        }
    }

    private void initialWindow(long value) {
        if (value > Integer.MAX_VALUE) {
            fail(Http2.FLOW_CONTROL_ERROR, "a window out of range");
            return;
        }
        long change = value - peerWindow;
        peerWindow = (int) value;
        for (int i = 0; i < streams.places(); i++) {
            S stream = streams.at(i);
            if (stream != null) {
                if (stream.sendWindow + change > Integer.MAX_VALUE) {
                    fail(Http2.FLOW_CONTROL_ERROR, "a window past its bound");
                    return;
                }
                stream.sendWindow += (int) change;
                requeue(stream);
            }
        }
        flushLater();
    }

    private void ping(ByteBuf in, int length, int flags, int id) {
        if (id != 0) {
            fail(Http2.PROTOCOL_ERROR, "PING of a stream");
        } else if (length != 8) {
            fail(Http2.FRAME_SIZE_ERROR, "a PING of other than eight bytes");
        } else if (control()) {
            if ((flags & Http2.ACK) != 0) {
                pinged();
                return;
            }
            writeFrame(8, Http2.PING, Http2.ACK, 0).writeLong(in.readLong());
            controlWritten();
        }
    }

    private void goAway(ByteBuf in, int length, int id) {
        if (id != 0) {
            fail(Http2.PROTOCOL_ERROR, "GOAWAY of a stream");
        } else if (length < 8) {
            fail(Http2.FRAME_SIZE_ERROR, "a GOAWAY that is not whole");
        } else if (control()) {
            int last = in.readInt() & 0x7fffffff;
            goAway(last, in.readInt());
        }
    }

    private void windowUpdate(ByteBuf in, int length, int id) {
        if (length != 4) {
            fail(Http2.FRAME_SIZE_ERROR, "a WINDOW_UPDATE of other than four bytes");
            return;
        }
        int change = in.readInt() & 0x7fffffff;
        if (!control()) {
            return;
        }
        if (id == 0) {
            if (change == 0) {
                fail(Http2.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing");
            } else if ((long) sendWindow + change > Integer.MAX_VALUE) {
                fail(Http2.FLOW_CONTROL_ERROR, "a window past its bound");
            } else {
                sendWindow += change;
                flushLater();
            }
            return;
        }
        if (!isKnown(id)) {
            fail(Http2.PROTOCOL_ERROR, "WINDOW_UPDATE of a stream that was not begun");
            return;
        }
        S stream = streams.get(id);
        if (stream == null) {
            return;
        }
        if (change == 0) {
            streamError(stream, Http2.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing");
        } else if ((long) stream.sendWindow + change > Integer.MAX_VALUE) {
            streamError(stream, Http2.FLOW_CONTROL_ERROR, "a window past its bound");
        } else {
            stream.sendWindow += change;
            requeue(stream);
            flushLater();
        }
    }

    private void priorityUpdate(ByteBuf in, int length, int id) {
        if (id != 0) {
            fail(Http2.PROTOCOL_ERROR, "PRIORITY_UPDATE of a stream");
        } else if (length < 4) {
            fail(Http2.FRAME_SIZE_ERROR, "a PRIORITY_UPDATE that is not whole");
        } else if (control()) {
            int stream = in.readInt() & 0x7fffffff;
            byte[] bytes = loop.block(length - 4);
            in.readBytes(bytes, 0, length - 4);
            priorityUpdate(stream, Priority.parse(bytes, 0, length - 4));
        }
    }

    final void prioritise(S stream, int priority) {
        ready.reprioritise(stream, priority);
    }

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

    private ByteBuf writeFrame(int length, int type, int flags, int id) {
        return frameHeader(output().buffer(Http2.FRAME_HEADER + length, GATHERED), length, type, flags, id);
    }

    private static ByteBuf frameHeader(ByteBuf out, int length, int type, int flags, int id) {
        out.writeLong((long) length << 40 | (long) type << 32 | (long) flags << 24 | id >>> 8);
        return out.writeByte(id);
    }

    /** Writes the first frames of a connection. */
    final void writePreface(int... settings) {
        ByteBuf out = writeFrame(settings.length * 3, Http2.SETTINGS, 0, 0);
        for (int i = 0; i < settings.length; i += 2) {
            out.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
        int more = limits.connectionWindow() - Http2.WINDOW;
        if (more > 0) {
            writeWindowUpdate(0, more);
        }
    }

    private void writeWindowUpdate(int id, int bytes) {
        writeFrame(4, Http2.WINDOW_UPDATE, 0, id).writeInt(bytes);
    }

    final void writeReset(int id, int code) {
        writeFrame(4, Http2.RST_STREAM, 0, id).writeInt(code);
        controlWritten();
        flushLater();
    }

    final void writePing() {
        writeFrame(8, Http2.PING, 0, 0).writeLong(0);
        flushLater();
    }

    final void writeGoAway(int lastId, int code, String detail) {
        byte[] text = detail.getBytes(US_ASCII);
        writeFrame(8 + text.length, Http2.GOAWAY, 0, 0).writeInt(lastId).writeInt(code).writeBytes(text);
        flushLater();
    }

    /** A peer that makes us answer and does not read the answers is not answered for ever. */
    private void controlWritten() {
        if (!guard.answered(channel.isWritable())) {
            output().flush();
            fail(Http2.ENHANCE_YOUR_CALM, "too many answers wait to be read");
        }
    }

    /** Writes what the encoder holds as a head or trailers. */
    final void writeHeaders(FramedStream stream, boolean last) {
        byte[] bytes = encoder.block();
        int length = encoder.length();
        int at = 0;
        int type = Http2.HEADERS;
        int flags = last ? Http2.END_STREAM : 0;
        do {
            int size = Math.min(length - at, peerFrameSize);
            int ends = at + size == length ? Http2.END_HEADERS : 0;
            writeFrame(size, type, flags | ends, stream.id).writeBytes(bytes, at, size);
            type = Http2.CONTINUATION;
            flags = 0;
            at += size;
        } while (at < length);
        if (last) {
            stream.localEnded = true;
        }
    }

    /** Sends a piece of a stream's body, or queues it; owns it. */
    final void send(FramedStream stream, ByteBuf chunk, boolean last) {
        if (last) {
            stream.localEnded = true;
        }
        boolean waits = stream.hasQueued() || !ready.isEmpty();
        int left = chunk.readableBytes();
        while (!waits && left > 0) {
            int size = Math.min(Math.min(left, peerFrameSize), Math.min(sendWindow, stream.sendWindow));
            if (size <= 0 || !channel.isWritable()) {
                break;
            }
            work(size, left);
            left -= size;
            writeData(stream, left == 0 ? chunk : chunk.readRetainedSlice(size), size, last && left == 0);
        }
        if (left > 0) {
            stream.queue(chunk);
            if (last) {
                stream.queueEnd(null);
            }
            requeue(stream);
        } else if (last) {
            stream.sent();
        }
    }

    /** Ends a stream's message. */
    final void end(FramedStream stream, @Nullable Head trailers) {
        stream.localEnded = true;
        if (stream.hasQueued()) {
            stream.queueEnd(trailers);
        } else {
            writeEnd(stream, trailers);
            stream.sent();
        }
    }

    private void writeEnd(FramedStream stream, @Nullable Head trailers) {
        if (trailers == null) {
            writeFrame(0, Http2.DATA, Http2.END_STREAM, stream.id);
        } else {
            encoder.begin();
            encoder.fields(trailers);
            writeHeaders(stream, true);
        }
    }

    private void writeData(FramedStream stream, ByteBuf chunk, int size, boolean last) {
        sendWindow -= size;
        stream.sendWindow -= size;
        frameHeader(output().buffer(Http2.FRAME_HEADER, GATHERED), size, Http2.DATA, last ? Http2.END_STREAM : 0,
                stream.id);
        output().data(chunk);
    }

    /** Counts a piece of data as work, but not what a peer that opens its windows by single bytes (CVE-2019-9511) asks for. */
    private void work(int size, int wanted) {
        if (size >= DRIBBLE || size == wanted) {
            guard.work();
        }
    }

    private void requeue(FramedStream stream) {
        if (stream.hasQueuedBytes() && stream.sendWindow > 0) {
            ready.add(stream);
        } else {
            ready.remove(stream);
        }
        if (stream.hasQueuedBytes() && stream.stalledSince == 0) {
            stalled(stream);
        }
    }

    /** A stream begins to wait for its peer. */
    abstract void stalled(FramedStream stream);

    private void pump() {
        for (FramedStream s = ready.first(); s != null && sendWindow > 0 && channel.isWritable(); s = ready.first()) {
            int size = Math.min(Math.min(s.nextLength(), peerFrameSize), Math.min(sendWindow, s.sendWindow));
            boolean last = s.endsWith(size);
            work(size, s.nextLength());
            writeData(s, s.take(size), size, last);
            s.stalledSince = 0;
            if (s.hasQueuedBytes()) {
                requeue(s);
                ready.turn(s);
                continue;
            }
            ready.remove(s);
            if (s.hasQueued()) {
                Head trailers = s.queuedTrailers();
                s.dropQueue();
                if (!last) {
                    writeEnd(s, trailers);
                }
                s.sent();
            } else if (s.full) {
                s.full = false;
                s.writable();
            }
        }
    }

    final boolean isWritable(FramedStream stream) {
        stream.full = stream.hasQueuedBytes() || !channel.isWritable();
        return !stream.full;
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

    final void flush() {
        if (closed) {
            output().flush();
            return;
        }
        if (!ready.isEmpty()) {
            pump();
        }
        output().flush();
        flushed();
    }

    // ---- the end of streams and of the connection

    final void open(S stream, int id) {
        int window = settingsAcknowledged ? limits.streamWindow() : Math.max(limits.streamWindow(), Http2.WINDOW);
        stream.begin(id, peerWindow, window);
        streams.put(stream);
        guard.work();
    }

    final boolean begunByPeer() {
        return settingsCame;
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
        ready.remove(stream);
        stream.dropQueue();
        remember(stream.id, ours);
        S current = dataStream;
        if (current != null && current.id == stream.id) {
            dataStream = null;
        }
        if (stream.unconsumed > 0) {
            int bytes = stream.unconsumed;
            stream.unconsumed = 0;
            consumed(null, bytes);
        }
    }

    /** Remembers for a while that a stream is closed; {@code ours} if more of the peer's may be on its way. */
    final void remember(int id, boolean ours) {
        lately[latelyAt] = ours ? -id : id;
        latelyAt = (latelyAt + 1) & (REMEMBERED - 1);
    }

    /** {@return 1 if a stream was closed by both or the peer, -1 if by us, 0 if that is not known} */
    final int closedLately(int id) {
        for (int closedId : lately) {
            if (closedId == id) {
                return 1;
            }
            if (closedId == -id) {
                return -1;
            }
        }
        return 0;
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
    final void fail(int code, String detail) {
        if (!closed) {
            writeGoAway(lastServed(), code, detail);
            closed = true;
            output().flush();
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
        ByteBuf part = torn;
        ByteBuf begun = block;
        torn = null;
        block = null;
        if (part != null) {
            part.release();
        }
        if (begun != null) {
            begun.release();
        }
    }
}
