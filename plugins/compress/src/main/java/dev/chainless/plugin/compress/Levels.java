package dev.chainless.plugin.compress;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;

/**
 * How hard each coding tries. The defaults are where more costs much time for little: 100 KB of JSON took gzip 1.1 ms and
 * became 25.4 KB at 4, and 1.9 ms and 23.4 KB at 6; Brotli 0.8 ms and 24.1 KB at 4, and 2.1 ms and 22.6 KB at 5; Zstandard
 * 0.2 ms and 23.5 KB at 3 ({@code CompressBenchmark}). That is also why Zstandard is preferred.
 *
 * @param br of Brotli
 * @param zstd of Zstandard
 * @param gzip of gzip
 */
record Levels(
        @Doc("Of Brotli; from 5 on it takes much more time for little.")
        @Default("4") @Range(min = "0", max = "11") int br,
        @Doc("Of Zstandard; below 0 it is faster than at 1.")
        @Default("3") @Range(min = "-7", max = "19") int zstd,
        @Doc("Of gzip.")
        @Default("4") @Range(min = "1", max = "9") int gzip) {}
