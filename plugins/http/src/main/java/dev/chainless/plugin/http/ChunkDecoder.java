package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;

/**
 * Reads the chunked transfer coding, RFC 9112, section 7.1. Sizes are hexadecimal digits and nothing else; extensions
 * are checked for control characters, bounded and dropped; every line ends with CR LF. Reused; one loop only.
 */
final class ChunkDecoder {
    /** All that was readable is consumed and the body goes on. */
    static final int MORE = 0;
    /** Data is readable: up to {@link #available} bytes, to be reported to {@link #consumed}. */
    static final int DATA = 1;
    /** The body has ended; what follows it is still to be read. */
    static final int END = 2;
    /** The body is refused: see {@link #detail}. */
    static final int BAD = 3;

    private static final int MOST_DIGITS = 15;
    /** What a chunk's lines may cost beside its data, and how much more in all, before they are an attack. */
    private static final int FREE_PER_CHUNK = 32;
    private static final int OVERHEAD_FACTOR = 2;

    private enum Part {
        FIRST_DIGIT, SIZE, EXTENSION, LINE_FEED, DATA, DATA_CR, DATA_LF, TRAILERS, END, REFUSED
    }

    private final int maxLine;
    private final HeadParser trailerLines;
    private Part part = Part.FIRST_DIGIT;
    private long size;
    private int digits;
    private int lineLength;
    private long overhead;
    private boolean hasTrailers;
    private String detail = "";

    /**
     * Makes a decoder.
     *
     * @param maxChunkLine size and extensions of one chunk, in bytes; many long lines with little data are refused when
     *     they are four times this together
     * @param trailerLimits bounds of the trailers
     */
    ChunkDecoder(int maxChunkLine, HeadLimits trailerLimits) {
        this.maxLine = maxChunkLine;
        this.trailerLines = HeadParser.trailers(trailerLimits);
    }

    /**
     * Reads on.
     *
     * @param in what has come
     * @param trailers empty; filled when the body ends
     * @return {@link #MORE}, {@link #DATA}, {@link #END} or {@link #BAD}
     */
    int next(ByteBuf in, Head trailers) {
        while (true) {
            switch (part) {
                case DATA -> {
                    return in.isReadable() ? DATA : MORE;
                }
                case TRAILERS -> {
                    return trailers(in, trailers);
                }
                case END -> {
                    return END;
                }
                case REFUSED -> {
                    return BAD;
                }
                default -> {
                    if (!in.isReadable()) {
                        return MORE;
                    }
                    step(in.readByte());
                }
            }
        }
    }

    private void step(byte b) {
        switch (part) {
            case FIRST_DIGIT, SIZE -> sizeByte(b);
            case EXTENSION -> extension(b);
            case LINE_FEED -> {
                if (b == '\n') {
                    lineEnded();
                } else {
                    refuse("CR without LF after a chunk's size");
                }
            }
            case DATA_CR -> expect(b, '\r', Part.DATA_LF);
            case DATA_LF -> expect(b, '\n', Part.FIRST_DIGIT);
            default -> throw new IllegalStateException(part.name());
        }
    }

    private void sizeByte(byte b) {
        int digit = Octets.hex(b);
        lineLength++;
        if (digit >= 0) {
            if (++digits > MOST_DIGITS) {
                refuse("a chunk's size has more than 15 digits");
            } else {
                size = size << 4 | digit;
                part = Part.SIZE;
            }
        } else if (part == Part.FIRST_DIGIT) {
            refuse("a chunk without a size");
        } else if (b == ';') {
            part = Part.EXTENSION;
        } else if (b == '\r') {
            part = Part.LINE_FEED;
        } else {
            refuse("a chunk's size is followed by something else than CR LF or an extension");
        }
        if (lineLength > maxLine) {
            refuse("a chunk's line is too long");
        }
    }

    private void extension(byte b) {
        if (++lineLength > maxLine) {
            refuse("a chunk's line is too long");
        } else if (b == '\r') {
            part = Part.LINE_FEED;
        } else if (Octets.isControl(b) && b != '\t') {
            refuse("a control character in a chunk's extension");
        }
    }

    private void lineEnded() {
        overhead = Math.max(0, overhead + lineLength - FREE_PER_CHUNK - OVERHEAD_FACTOR * Math.min(size, 1 << 20));
        lineLength = 0;
        digits = 0;
        if (overhead > 4L * maxLine) {
            refuse("too much chunk extension for so little data");
        } else {
            part = size == 0 ? Part.TRAILERS : Part.DATA;
        }
    }

    private void expect(byte b, char wanted, Part then) {
        if (b == wanted) {
            part = then;
        } else {
            refuse("a chunk's data is not followed by CR LF");
        }
    }

    private int trailers(ByteBuf in, Head trailers) {
        int result = trailerLines.parse(trailers, in);
        if (result == HeadParser.MORE) {
            return MORE;
        }
        if (result == HeadParser.BAD) {
            refuse(trailerLines.detail());
            return BAD;
        }
        hasTrailers = trailers.places() > 0;
        part = Part.END;
        return END;
    }

    private void refuse(String detail) {
        this.detail = detail;
        part = Part.REFUSED;
    }

    /** {@return how many bytes of the current chunk's data are still to be taken} */
    long available() {
        return part == Part.DATA ? size : 0;
    }

    /**
     * Says that data was taken from the buffer.
     *
     * @param bytes at most {@link #available}
     */
    void consumed(int bytes) {
        if (bytes > available()) {
            throw new IllegalArgumentException(bytes + " bytes are more than the " + available() + " available");
        }
        size -= bytes;
        if (size == 0 && part == Part.DATA) {
            part = Part.DATA_CR;
        }
    }

    /** {@return whether the body that has ended has trailers} */
    boolean hasTrailers() {
        return hasTrailers;
    }

    /** {@return why the body is refused; nothing of what was sent is in it} */
    String detail() {
        return detail;
    }

    /** Makes the decoder ready for the next body. */
    void reset() {
        part = Part.FIRST_DIGIT;
        size = 0;
        digits = 0;
        lineLength = 0;
        overhead = 0;
        hasTrailers = false;
        trailerLines.reset();
    }
}
