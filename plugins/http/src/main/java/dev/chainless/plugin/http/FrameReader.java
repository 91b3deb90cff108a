package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames (RFC 9113, section 4) where they lie in the read buffer: there is no object for a frame. Only one that has not
 * come whole is kept, and of data not even that: it goes on as it comes. The frames of one field block are joined.
 */
final class FrameReader {

    /** What frames are read for. Every call may end the connection, after which nothing more is read. */
    interface Receiver {

        /** {@return whether a frame may come now; if not, the connection has failed} */
        boolean admits(int type, int flags);

        /**
         * Begins a frame of data.
         *
         * @param length with the padding, which counts too
         * @param overhead of these, what is no data
         */
        void data(int id, int length, int overhead, boolean last);

        /** {@return whether somebody wants the data, which otherwise is only counted} */
        boolean wantsData();

        /** Takes a piece of the data, and owns it. */
        void dataPart(ByteBuf chunk);

        void dataSkipped(int bytes);

        /** The frame of data has come whole. */
        void dataEnd(boolean last);

        /** A field block is on its way but has not come whole. */
        void headAwaited();

        /** Takes a field block, all of which is to be read. */
        void block(ByteBuf in, int length, int id, boolean last);

        /** Takes any other frame; what it leaves unread is skipped. */
        void frame(ByteBuf in, int length, int type, int flags, int id);

        /** Ends the connection. */
        void fail(int code, String detail);

        boolean isClosed();
    }

    private final ByteBufAllocator allocator;
    private final Http2Limits limits;
    private final Receiver receiver;
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    /** The beginning of a frame that has not come whole. */
    private @Nullable ByteBuf torn;
    private int dataLeft;
    private int paddingLeft;
    private boolean dataEnds;
    /** The stream whose field block goes on, 0 if none. */
    private int blockStream;
    private boolean blockEnds;
    private @Nullable ByteBuf block;
    private int continuations;

    FrameReader(ByteBufAllocator allocator, Http2Limits limits, Receiver receiver) {
        this.allocator = allocator;
        this.limits = limits;
        this.receiver = receiver;
    }

    /** Reads what has come, and owns it. */
    void read(ByteBuf in) {
        input = in;
        try {
            while (!receiver.isClosed() && input.isReadable() && advance()) {
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
            if (receiver.isClosed()) {
                return false;
            }
            if (wanted > input.readableBytes()) {
                torn = allocator.buffer(Math.max(wanted, 64)).writeBytes(input);
                return false;
            }
            frame(input);
            return true;
        }
        int missing = wanted(before) - before.readableBytes();
        if (missing > 0 && !receiver.isClosed()) {
            before.writeBytes(input, Math.min(missing, input.readableBytes()));
            missing = wanted(before) - before.readableBytes();
        }
        if (missing <= 0 && !receiver.isClosed()) {
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
            receiver.fail(Http2.FRAME_SIZE_ERROR, "a frame is longer than was allowed");
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
        if (!receiver.admits(type, flags)) {
            return;
        }
        if (blockStream != 0 && (type != Http2.CONTINUATION || id != blockStream)) {
            receiver.fail(Http2.PROTOCOL_ERROR, "a field block was interrupted");
            return;
        }
        int end = in.readerIndex() + length;
        switch (type) {
            case Http2.DATA -> {
                data(in, length, flags, id);
                return; // the rest of it comes as it comes
            }
            case Http2.HEADERS -> headers(in, length, flags, id);
            case Http2.CONTINUATION -> continuation(in, length, flags, id);
            default -> receiver.frame(in, length, type, flags, id);
        }
        if (!receiver.isClosed()) {
            in.readerIndex(end);
        }
    }

    // ---- data

    private void data(ByteBuf in, int length, int flags, int id) {
        boolean padded = (flags & Http2.PADDED) != 0;
        int padding = 0;
        if (padded) {
            if (length == 0) {
                receiver.fail(Http2.FRAME_SIZE_ERROR, "padding without a length");
                return;
            }
            padding = in.readUnsignedByte();
            if (padding >= length) {
                receiver.fail(Http2.PROTOCOL_ERROR, "more padding than frame");
                return;
            }
        }
        int overhead = padded ? padding + 1 : 0;
        boolean last = (flags & Http2.END_STREAM) != 0;
        receiver.data(id, length, overhead, last);
        if (receiver.isClosed()) {
            return;
        }
        dataLeft = length - overhead;
        paddingLeft = padding;
        dataEnds = last;
        endOfData();
    }

    private void dataPart() {
        int size = Math.min(dataLeft, input.readableBytes());
        dataLeft -= size;
        if (!receiver.wantsData()) {
            input.skipBytes(size);
            receiver.dataSkipped(size);
        } else if (size == input.readableBytes()) {
            ByteBuf chunk = input;
            input = Unpooled.EMPTY_BUFFER;
            receiver.dataPart(chunk);
        } else {
            receiver.dataPart(input.readRetainedSlice(size));
        }
        endOfData();
    }

    private void endOfData() {
        if (dataLeft == 0 && paddingLeft == 0) {
            receiver.dataEnd(dataEnds);
        }
    }

    // ---- field blocks

    private void headers(ByteBuf in, int length, int flags, int id) {
        int padding = 0;
        int rest = length;
        if (id == 0) {
            receiver.fail(Http2.PROTOCOL_ERROR, "HEADERS on the connection");
            return;
        }
        if ((flags & Http2.PADDED) != 0) {
            if (rest < 1) {
                receiver.fail(Http2.FRAME_SIZE_ERROR, "padding without a length");
                return;
            }
            padding = in.readUnsignedByte();
            rest--;
        }
        boolean selfDependent = false;
        if ((flags & Http2.WITH_PRIORITY) != 0) {
            if (rest < 5) {
                receiver.fail(Http2.FRAME_SIZE_ERROR, "a priority that is not whole");
                return;
            }
            selfDependent = (in.readInt() & 0x7fffffff) == id;
            in.skipBytes(1);
            rest -= 5;
        }
        if (padding > rest) {
            receiver.fail(Http2.PROTOCOL_ERROR, "more padding than frame");
            return;
        }
        if (selfDependent) {
            // RFC 7540, section 5.3.1. As the block has to be read, the connection might as well go.
            receiver.fail(Http2.PROTOCOL_ERROR, "a stream that depends on itself");
            return;
        }
        boolean last = (flags & Http2.END_STREAM) != 0;
        if ((flags & Http2.END_HEADERS) != 0) {
            receiver.block(in, rest - padding, id, last);
            return;
        }
        blockStream = id;
        blockEnds = last;
        continuations = 0;
        block = allocator.buffer(2 * (rest - padding) + 64).writeBytes(in, rest - padding);
        receiver.headAwaited();
    }

    private void continuation(ByteBuf in, int length, int flags, int id) {
        ByteBuf begun = block;
        if (begun == null) {
            receiver.fail(Http2.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
            return;
        }
        boolean last = (flags & Http2.END_HEADERS) != 0;
        if (++continuations > limits.maxContinuations() || begun.readableBytes() + length > limits.maxBlock()) {
            receiver.fail(Http2.ENHANCE_YOUR_CALM, "a field block of too many frames or bytes");
            return;
        }
        begun.writeBytes(in, length);
        if (last) {
            block = null;
            blockStream = 0;
            try {
                receiver.block(begun, begun.readableBytes(), id, blockEnds);
            } finally {
                begun.release();
            }
        }
    }

    /** Gives back what was kept. */
    void release() {
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
