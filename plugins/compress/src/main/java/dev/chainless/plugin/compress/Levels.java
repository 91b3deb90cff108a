package dev.chainless.plugin.compress;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;

/**
 * How hard each coding tries.
 *
 * @param br of Brotli
 * @param zstd of Zstandard
 * @param gzip of gzip
 */
record Levels(
        @Doc("Of Brotli; above 6 it takes much more time for little.")
        @Default("4") @Range(min = "0", max = "11") int br,
        @Doc("Of Zstandard; below 0 it is faster than at 1.")
        @Default("3") @Range(min = "-7", max = "19") int zstd,
        @Doc("Of gzip.")
        @Default("6") @Range(min = "1", max = "9") int gzip) {
}
