package dev.chainless.plugin.digest;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** The digests of one loop that are not in use. Used on that loop only. */
final class DigestPool {
    private static final int MOST_KEPT = 64;

    private final ArrayDeque<RunningDigest> idle = new ArrayDeque<>();
    /** Bytes on their way from memory outside of the heap, which a digest would copy to a new array for each chunk. */
    private final byte[] piece = new byte[8192];

    RunningDigest take() {
        RunningDigest digest = idle.pollLast();
        return digest != null ? digest : new RunningDigest(this);
    }

    void give(RunningDigest digest) {
        if (idle.size() < MOST_KEPT) {
            idle.addLast(digest);
        }
    }

    /** {@return how many wait for use} */
    int idle() {
        return idle.size();
    }

    /** Lets a digest take in a chunk, which is neither consumed nor released. */
    void update(RunningDigest digest, ByteBuf chunk) {
        if (chunk.hasArray()) {
            digest.update(chunk.array(), chunk.arrayOffset() + chunk.readerIndex(), chunk.readableBytes());
            return;
        }
        for (int at = chunk.readerIndex(); at < chunk.writerIndex();) {
            int length = Math.min(piece.length, chunk.writerIndex() - at);
            chunk.getBytes(at, piece, 0, length);
            digest.update(piece, 0, length);
            at += length;
        }
    }
}
