package dev.chainless.plugin.discoveryfile;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A file to watch.
 *
 * @param file with the list, of JSON or TOML by its name
 * @param interval between two looks
 * @param maxSize of the file
 * @param maxEndpoints in it
 */
record FileConfig(
        @Doc("The file with the list: NAME.toml or NAME.json.") Path file,
        @Doc("How often it is looked at. A change counts when the file was the same in two looks.")
        @Default("1s") @Range(min = "10ms", max = "1h") Duration interval,
        @Doc("How large it may be. A larger one is not read.")
        @Default("4MiB") @Range(min = "1KiB", max = "64MiB") ByteSize maxSize,
        @Doc("How many endpoints it may have. One with more is not used.")
        @Default("20000") @Range(min = "1", max = "100000") int maxEndpoints) {

    /** Refuses a file whose name does not say what is in it. */
    FileConfig {
        if (!isJson(file) && !file.toString().endsWith(".toml")) {
            throw new IllegalArgumentException("the name of the file " + file + " ends neither in .toml nor in .json");
        }
    }

    /** {@return whether the file is one of JSON, not of TOML} */
    boolean isJson() {
        return isJson(file);
    }

    private static boolean isJson(Path file) {
        return file.toString().endsWith(".json");
    }
}
