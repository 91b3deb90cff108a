package dev.chainless.plugin.http;

import java.util.Arrays;
import java.util.Random;

/**
 * Chunked bodies for Jazzer, run as {@link HeadParserFuzz} is. The decoder must not throw, and must read the same in
 * pieces.
 */
public final class ChunkDecoderFuzz {
    private ChunkDecoderFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        byte[] raw = Reading.ended(input);
        ChunkDecoderTest.Body whole = ChunkDecoderTest.decode(raw, null);
        ChunkDecoderTest.Body pieces = ChunkDecoderTest.decode(raw, new Random(Arrays.hashCode(input)));
        if (!whole.equals(pieces)) {
            throw new AssertionError(whole + " at once, in pieces " + pieces);
        }
    }
}
