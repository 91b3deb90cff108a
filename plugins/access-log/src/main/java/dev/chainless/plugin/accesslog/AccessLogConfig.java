package dev.chainless.plugin.accesslog;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One log.
 *
 * @param format of a line
 * @param file where the lines go, standard output if absent
 * @param rotateSize how large the file gets, 0 for any size
 * @param keep how many full files are kept
 * @param buffer how much may wait for the disk, for each event loop
 * @param maxField how much of a value is written
 */
record AccessLogConfig(
        @Doc("How a line is written.") @Default("json") Format format,
        @Doc("The file that lines are appended to. By default they go to standard output.") Optional<Path> file,
        @Doc("How large the file may get before it is renamed to FILE.1 and a new one begun. 0: any size.")
        @Default("100MiB") ByteSize rotateSize,
        @Doc("How many full files are kept: FILE.1 is the youngest.")
        @Default("5") @Range(min = "0", max = "1000") int keep,
        @Doc("How much may wait for the disk, for each event loop. Past it, lines are dropped and counted.")
        @Default("512KiB") @Range(min = "64KiB", max = "64MiB") ByteSize buffer,
        @Doc("How much of the target, of a field or of a name is written; the rest is cut off.")
        @Default("4KiB") @Range(min = "64B", max = "8KiB") ByteSize maxField) {

    /** A line has at most eight values of a client's choice, each byte of which may take six when it is escaped. */
    private static final long LONGEST_LINE = 64;

    /** Refuses a buffer into which a line may not fit: a client could then keep itself out of the log. */
    AccessLogConfig {
        if (buffer.bytes() < LONGEST_LINE * maxField.bytes()) {
            throw new IllegalArgumentException("a buffer of " + buffer + " may be too small for one line; it must be at"
                    + " least " + LONGEST_LINE + " times max-field, which is " + maxField);
        }
    }

    /** How a line is written. */
    enum Format {
        @Doc("An object of JSON.") JSON,
        @Doc("The common log format of NCSA httpd.") COMMON,
        @Doc("The common format with the fields Referer and User-Agent.") COMBINED
    }
}
