package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Finds and reads the files that the main file includes. */
final class Include {
    private static final String KEY = "include";
    private static final int MAX_FILES = 10_000;

    private final RawTable main;
    private final List<Problem> problems;
    private final List<RawTable> tables = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();

    private Include(RawTable main, List<Problem> problems) {
        this.main = main;
        this.problems = problems;
        Path real = real(main.position().file());
        if (real != null) {
            seen.add(real);
        }
    }

    /** {@return the tables of all included files, pattern by pattern, and by name within one} */
    static List<RawTable> read(RawTable main, List<Problem> problems) {
        Include include = new Include(main, problems);
        Node node = main.node(KEY);
        if (node != null && node.value() instanceof List<?> patterns) {
            patterns.forEach(pattern -> include.add((Node) pattern));
        } else if (node != null) {
            include.add(node);
        }
        return include.tables;
    }

    /** Anything but a string is the binder's to refuse. */
    private void add(Node node) {
        if (!(node.value() instanceof String pattern)) {
            return;
        }
        try {
            Path path = main.position().file().resolveSibling(pattern);
            String name = String.valueOf(path.getFileName());
            if (Files.isDirectory(path)) {
                addAll(path, "*.toml", node);
            } else if (name.matches(".*[*?\\[{].*")) {
                addAll(path.resolveSibling(""), name, node);
            } else {
                add(path, node);
            }
        } catch (InvalidPathException | PatternSyntaxException e) {
            problem(node, "expected a file, a folder or a pattern such as \"routes.d/*.toml\", found "
                    + Expected.found(node));
        }
    }

    private void addAll(Path folder, String glob, Node node) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                folder.toString().isEmpty() ? Path.of(".") : folder, glob)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (Files.isRegularFile(entry) && name.endsWith(".toml") && !name.startsWith(".")) {
                    files.add(folder.resolve(name));
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            problem(node, "the folder \"" + folder + "\" cannot be read: " + (Files.exists(folder)
                    ? e.getMessage() : "there is no such folder"));
        }
        files.sort(null);
        files.forEach(file -> add(file, node));
    }

    private void add(Path file, Node node) {
        if (!Files.isRegularFile(file)) {
            problem(node, "there is no file \"" + file + "\"");
            return;
        }
        Path real = real(file);
        if (real == null || !seen.add(real)) {
            return;
        }
        if (tables.size() == MAX_FILES) {
            problem(node, "more than " + MAX_FILES + " files");
            return;
        }
        RawTable table = ConfigFile.table(file, problems);
        if (table != null) {
            tables.add(table);
        }
    }

    private static @Nullable Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return null;
        }
    }

    private void problem(Node node, String message) {
        problems.add(Problem.at(node.position(), KEY, message));
    }
}
