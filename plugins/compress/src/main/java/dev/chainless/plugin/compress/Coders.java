package dev.chainless.plugin.compress;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The coders of one loop: so many are in use at once, and some that are not wait. Used on that loop only. */
final class Coders {
    private static final int MOST_KEPT = 16;
    private static final int PIECE = 16 * 1024;

    private final Levels levels;
    private final int windowBits;
    private final int most;
    private final Map<Coding, ArrayDeque<Coder>> idle = new EnumMap<>(Coding.class);
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    private int active;

    /**
     * Makes none yet.
     *
     * @param most how many may be in use at once
     */
    Coders(Levels levels, int windowBits, int most) {
        this.levels = levels;
        this.windowBits = windowBits;
        this.most = most;
        for (Coding coding : Coding.values()) {
            idle.put(coding, new ArrayDeque<>());
        }
    }

    /** {@return a coder to be given back, null if too many are in use} */
    @Nullable Coder take(Coding coding) {
        if (active >= most) {
            return null;
        }
        Coder kept = queue(coding).pollLast();
        Coder taken = kept != null ? kept : make(coding);
        active++;
        return taken;
    }

    private Coder make(Coding coding) {
        return switch (coding) {
            case ZSTD -> new ZstdCoder(levels.zstd(), windowBits, piece);
            case BR -> new BrotliCoder(levels.br(), windowBits);
            case GZIP -> new GzipCoder(levels.gzip());
        };
    }

    void give(Coding coding, Coder coder) {
        active--;
        ArrayDeque<Coder> queue = queue(coding);
        if (queue.size() < MOST_KEPT && coder.reset()) {
            queue.addLast(coder);
        } else {
            coder.close();
        }
    }

    /** Frees those that wait. When the loop uses none any more, on any thread. */
    void close() {
        for (ArrayDeque<Coder> queue : idle.values()) {
            queue.forEach(Coder::close);
            queue.clear();
        }
    }

    /** {@return how many are in use} */
    int active() {
        return active;
    }

    private ArrayDeque<Coder> queue(Coding coding) {
        return java.util.Objects.requireNonNull(idle.get(coding));
    }
}
