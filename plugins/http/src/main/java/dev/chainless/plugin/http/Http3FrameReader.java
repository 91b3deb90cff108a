package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what comes on a stream of HTTP/3 into frames (RFC 9114, section 7.1). A frame that came in one piece is read where
 * it lies; of one that is to be read whole and did not, the pieces are kept. On its loop only.
 */
final class Http3FrameReader {
    private static final int LONGEST_HEADER = 16;

    /** How the payload of a frame is taken. */
    enum Payload {
        /** By {@link Frames#whole}. */
        WHOLE,
        /** By {@link Frames#piece}, as it comes. */
        PIECES,
        /** Not at all. */
        SKIPPED
    }

    /** Where frames go. */
    interface Frames {
        /** {@return how the payload of a frame that begins is taken; any, if {@link #isOver}} */
        Payload begins(long type, long length);

        /**
         * Takes a whole payload.
         *
         * @param payload the frame's payload and nothing else; read before the call returns
         * @param last whether the stream ends with it
         */
        void whole(long type, ByteBuf payload, boolean last);

        /** Takes a piece of a payload, of at least one byte, and owns it. */
        void piece(ByteBuf chunk);

        /** A frame that was skipped has ended. */
        void skipped(long type, boolean last);

        /** {@return whether nothing is wanted any more} */
        boolean isOver();
    }

    private final Frames frames;
    private final ByteBufAllocator allocator;
    private final byte[] header = new byte[LONGEST_HEADER];
    private int headerLength;
    private long type;
    private long left;
    private @Nullable Payload payload;
    private @Nullable ByteBuf torn;

    Http3FrameReader(Frames frames, ByteBufAllocator allocator) {
        this.frames = frames;
        this.allocator = allocator;
    }

    /** {@return whether the stream may end here} */
    boolean isBetweenFrames() {
        return payload == null && headerLength == 0;
    }

    /**
     * Reads what has come; the caller releases it.
     *
     * @param fin whether nothing more comes
     */
    void read(ByteBuf in, boolean fin) {
        while (in.isReadable() && !frames.isOver()) {
            Payload how = payload;
            if (how == null) {
                header(in, fin);
            } else {
                payload(how, in, fin);
            }
        }
    }

    private void header(ByteBuf in, boolean fin) {
        header[headerLength++] = in.readByte();
        int typeLength = Varint.length(header[0]);
        if (headerLength <= typeLength || headerLength < typeLength + Varint.length(header[typeLength])) {
            return;
        }
        type = number(0, typeLength);
        left = number(typeLength, headerLength - typeLength);
        headerLength = 0;
        Payload how = frames.begins(type, left);
        payload = how;
        if (left == 0 && !frames.isOver()) {
            ended(how, in, fin);
        }
    }

    private long number(int from, int length) {
        long value = header[from] & 0x3f;
        for (int i = from + 1; i < from + length; i++) {
            value = (value << 8) | (header[i] & 0xff);
        }
        return value;
    }

    private void payload(Payload how, ByteBuf in, boolean fin) {
        int size = (int) Math.min(left, in.readableBytes());
        ByteBuf before = torn;
        if (how == Payload.WHOLE && (before != null || size < left)) {
            if (before == null) {
                before = allocator.buffer((int) left);
                torn = before;
            }
            before.writeBytes(in, size);
        } else if (how == Payload.WHOLE) {
            payload = null;
            left = 0;
            ByteBuf whole = in.readSlice(size);
            frames.whole(type, whole, fin && !in.isReadable());
            return;
        } else if (how == Payload.PIECES) {
            left -= size;
            frames.piece(in.readRetainedSlice(size));
            if (left == 0) {
                payload = null;
            }
            return;
        } else {
            in.skipBytes(size);
        }
        left -= size;
        if (left == 0) {
            ended(how, in, fin);
        }
    }

    private void ended(Payload how, ByteBuf in, boolean fin) {
        payload = null;
        boolean last = fin && !in.isReadable();
        if (how == Payload.SKIPPED) {
            frames.skipped(type, last);
        } else if (how == Payload.WHOLE) {
            ByteBuf whole = torn;
            torn = null;
            if (whole == null) {
                frames.whole(type, in.slice(in.readerIndex(), 0), last);
                return;
            }
            try {
                frames.whole(type, whole, last);
            } finally {
                whole.release();
            }
        }
    }

    /** Gives back what was kept. */
    void release() {
        ByteBuf kept = torn;
        torn = null;
        payload = Payload.SKIPPED;
        left = Long.MAX_VALUE;
        if (kept != null) {
            kept.release();
        }
    }
}
