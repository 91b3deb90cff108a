package dev.chainless.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the configuration of a gateway from TOML. */
public final class ConfigFile {
    /** The largest file that is read, in bytes; some hundred thousand routes. */
    private static final long MAX_BYTES = 16 << 20;

    private ConfigFile() {}

    /**
     * Reads a file and all that it includes.
     *
     * @param file the main file
     * @return the configuration
     * @throws ConfigException with all that is wrong in all of the files
     */
    public static GatewayConfig load(Path file) {
        List<Problem> problems = new ArrayList<>();
        String text = text(file, problems);
        if (text == null) {
            throw new ConfigException(problems);
        }
        return parse(text, file);
    }

    /**
     * Reads the text of a file, and from disk all that it includes.
     *
     * @param text TOML
     * @param name the name of the file, for problems and as the base of relative paths
     * @return the configuration
     * @throws ConfigException with all that is wrong
     */
    public static GatewayConfig parse(String text, Path name) {
        List<Problem> problems = new ArrayList<>();
        RawTable main = TomlText.read(text, name, problems);
        if (main == null) {
            throw new ConfigException(problems);
        }
        return Assembly.of(main, problems);
    }

    /** {@return the table of a file, or null, with the problems added, if it cannot be read} */
    static @Nullable RawTable table(Path file, List<Problem> problems) {
        String text = text(file, problems);
        return text == null ? null : TomlText.read(text, file, problems);
    }

    private static @Nullable String text(Path file, List<Problem> problems) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(problem(file, 0, 0, "the file is larger than 16 MiB"));
                return null;
            }
            return decode(Files.readAllBytes(file), file, problems);
        } catch (NoSuchFileException e) {
            problems.add(problem(file, 0, 0, "there is no such file"));
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "it is a folder" : String.valueOf(e.getMessage());
            problems.add(problem(file, 0, 0, "the file cannot be read: " + reason));
        }
        return null;
    }

    /** Decodes strictly, so that a byte that is not UTF-8 is told and not replaced. */
    private static @Nullable String decode(byte[] bytes, Path file, List<Problem> problems) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        if (!result.isError()) {
            return out.toString();
        }
        String before = out.toString();
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        int column = before.length() - before.lastIndexOf('\n');
        problems.add(problem(file, line, column, "not UTF-8"));
        return null;
    }

    private static Problem problem(Path file, int line, int column, String message) {
        return new Problem(file, line, column, "", message);
    }
}
