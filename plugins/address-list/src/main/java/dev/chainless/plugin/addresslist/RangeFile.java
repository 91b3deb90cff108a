package dev.chainless.plugin.addresslist;

import dev.chainless.spi.config.IpPrefix;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A file of ranges: one a line, a number sign begins a comment. */
final class RangeFile {
    /** Far above the largest list in use. What is larger is not a list, and would fill the memory. */
    private static final int MOST_RANGES = 5_000_000;

    private RangeFile() {}

    /**
     * Reads a file.
     *
     * @param file what to read
     * @param ranges takes each range
     * @throws IllegalArgumentException if it cannot be read, with the line that is wrong
     */
    static void read(Path file, Consumer<IpPrefix> ranges) {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            @Nullable String line = reader.readLine();
            while (line != null) {
                number++;
                if (number > MOST_RANGES) {
                    throw new IllegalArgumentException(file + " has more than " + MOST_RANGES + " lines");
                }
                int comment = line.indexOf('#');
                String text = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (!text.isEmpty()) {
                    ranges.accept(range(file, number, text));
                }
                line = reader.readLine();
            }
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("the file " + file + " does not exist", e);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException(file + " is not a text file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static IpPrefix range(Path file, int number, String text) {
        try {
            return IpPrefix.parse(text);
        } catch (IllegalArgumentException e) {
            String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
            throw new IllegalArgumentException(
                    file + ", line " + number + ": \"" + shown + "\": " + e.getMessage(), e);
        }
    }
}
