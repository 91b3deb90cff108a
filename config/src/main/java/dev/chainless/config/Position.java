package dev.chainless.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where something was written. Lines and columns count from 1; both are 0 for what an embedder's code said instead of a
 * file.
 *
 * <p>All positions are equal to each other: a position says where, never what, and two configurations that mean the
 * same are equal however their files are laid out. That is what a reload compares. It is no key for a map.
 *
 * @param file the file, as it was named when it was loaded
 * @param line from 1, or 0 for none
 * @param column from 1, or 0 for none
 */
public record Position(Path file, int line, int column) {
    private static final Path CODE = Path.of("(code)");

    /** {@return the position of what no file says} */
    public static Position none() {
        return new Position(CODE, 0, 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Position;
    }

    @Override
    public int hashCode() {
        return 0;
    }

    /** {@return {@code file:line:column}, or the file alone} */
    @Override
    public String toString() {
        return line == 0 ? file.toString() : file + ":" + line + ":" + column;
    }
}
