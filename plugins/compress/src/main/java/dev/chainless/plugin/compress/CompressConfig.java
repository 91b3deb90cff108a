package dev.chainless.plugin.compress;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.util.HashSet;
import java.util.List;

/**
 * What is compressed, and how.
 *
 * @param codings in the order of preference; empty for all that can be had
 * @param types of content
 * @param minSize of a response whose length is known
 * @param levels how hard
 * @param window how far back repetitions are found, by Brotli and Zstandard
 * @param maxActive how many at once
 */
record CompressConfig(
        @Doc("The codings to offer, the one that is preferred first where a client likes several alike. Default:"
                + " \"zstd\", \"br\" and \"gzip\", or \"gzip\" alone where native access is not granted.")
        List<Coding> codings,
        @Doc("The types of content that are compressed: \"text/html\", \"text/*\", \"application/*+json\".")
        @Default("[\"text/*\", \"application/json\", \"application/*+json\", \"application/javascript\","
                + " \"application/xml\", \"application/*+xml\", \"application/x-ndjson\", \"application/graphql\","
                + " \"application/wasm\", \"application/vnd.ms-fontobject\", \"image/svg+xml\", \"image/bmp\","
                + " \"image/x-icon\", \"image/vnd.microsoft.icon\", \"font/ttf\", \"font/otf\"]")
        List<MediaRange> types,
        @Doc("A response that is known to be smaller goes as it is.")
        @Default("1KiB") @Range(min = "1B", max = "1GiB") ByteSize minSize,
        @Doc("How hard each coding tries: more is smaller and slower.") Levels levels,
        @Doc("How far back Brotli and Zstandard look for repetitions, a power of two: more is smaller and takes more"
                + " memory for each response in progress. gzip always has 32 KiB.")
        @Default("256KiB") @Range(min = "16KiB", max = "8MiB") ByteSize window,
        @Doc("How many responses may be compressed at once, on all event loops together; others go as they are.")
        @Default("512") @Range(min = "1", max = "100000") int maxActive) {

    /** Refuses what cannot be meant. */
    CompressConfig {
        if (new HashSet<>(codings).size() < codings.size()) {
            throw new IllegalArgumentException("\"codings\" names a coding twice");
        }
        if (types.isEmpty()) {
            throw new IllegalArgumentException("\"types\" is empty, so that nothing would be compressed");
        }
        if (Long.bitCount(window.bytes()) != 1) {
            throw new IllegalArgumentException("\"window\" must be a power of two, such as \"256KiB\" or \"1MiB\"");
        }
    }

    /** {@return the window's size as a power of two} */
    int windowBits() {
        return Long.numberOfTrailingZeros(window.bytes());
    }
}
