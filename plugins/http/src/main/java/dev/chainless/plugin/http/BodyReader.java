package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Finds the pieces and the end of a body in what is received. */
final class BodyReader {
    static final int MORE = ChunkDecoder.MORE;
    static final int DATA = ChunkDecoder.DATA;
    static final int END = ChunkDecoder.END;
    static final int BAD = ChunkDecoder.BAD;

    /** Made when the first chunked body comes: most connections never see one. */
    private record Chunks(ChunkDecoder decoder, Head trailers) {}

    private final int maxChunkLine;
    private final HeadLimits trailerLimits;
    private @Nullable Chunks chunks;
    private boolean chunked;
    private long remaining;

    BodyReader(int maxChunkLine, HeadLimits trailerLimits) {
        this.maxChunkLine = maxChunkLine;
        this.trailerLimits = trailerLimits;
    }

    /** Begins a body of so many bytes. */
    void length(long length) {
        chunked = false;
        remaining = length;
    }

    /** Begins a chunked body. */
    void chunked() {
        if (chunks == null) {
            chunks = new Chunks(new ChunkDecoder(maxChunkLine, trailerLimits), new Head());
        }
        chunks.decoder.reset();
        chunks.trailers.clear();
        chunked = true;
        remaining = Head.UNKNOWN_LENGTH;
    }

    /** Begins a body that has no end but the connection's. */
    void endless() {
        chunked = false;
        remaining = Head.UNKNOWN_LENGTH;
    }

    /** {@return whether the body ends with the connection} */
    boolean isEndless() {
        return !chunked && remaining < 0;
    }

    /** {@return how much is still to come, {@link Head#UNKNOWN_LENGTH} if nobody knows} */
    long remaining() {
        return remaining;
    }

    /**
     * {@return what comes next: {@link #DATA}, to be taken by {@link #available} and {@link #consumed}; {@link #END};
     * {@link #MORE} when all is consumed; {@link #BAD}, see {@link #detail}}
     */
    int next(ByteBuf in) {
        if (chunked && chunks != null) {
            return chunks.decoder.next(in, chunks.trailers);
        }
        if (remaining == 0) {
            return END;
        }
        return in.isReadable() ? DATA : MORE;
    }

    /** {@return how many bytes of the body can be taken now} */
    int available(ByteBuf in) {
        long limit = chunked && chunks != null ? chunks.decoder.available() : remaining;
        return limit < 0 ? in.readableBytes() : (int) Math.min(limit, in.readableBytes());
    }

    /** Says that so many bytes were taken. */
    void consumed(int bytes) {
        if (chunked && chunks != null) {
            chunks.decoder.consumed(bytes);
        } else if (remaining > 0) {
            remaining -= bytes;
        }
    }

    /** {@return the trailers of a body that has ended, null if it has none} */
    @Nullable Head trailers() {
        return chunked && chunks != null && chunks.decoder.hasTrailers() ? chunks.trailers : null;
    }

    /** {@return what was wrong} */
    String detail() {
        return chunks == null ? "" : chunks.decoder.detail();
    }
}
