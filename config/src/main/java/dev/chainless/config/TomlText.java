package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** The text of one TOML file, made into tables with positions. */
final class TomlText {
    private final Path file;

    private TomlText(Path file) {
        this.file = file;
    }

    /** {@return the file's table, or null if its syntax is wrong, with all such problems added} */
    static @Nullable RawTable read(String text, Path file, List<Problem> problems) {
        TomlText reader = new TomlText(file);
        TomlParseResult result;
        try {
            result = Toml.parse(text.startsWith("\uFEFF") ? text.substring(1) : text);
        } catch (RuntimeException | AssertionError e) {
            // tomlj 2.2.0 stumbles over some text that is no TOML, instead of saying where it is wrong.
            problems.add(
                    Problem.at(new Position(file, 1, 1), "", "this is no TOML that can be read: " + e.getMessage()));
            return null;
        }
        if (result.hasErrors()) {
            result.errors().forEach(error -> problems.add(Problem.at(
                    reader.position(error.position()), "", sentence(String.valueOf(error.getMessage())))));
            return null;
        }
        return reader.table(result, new Position(file, 1, 1), "");
    }

    /** {@return the node that a literal, which is ours and not the operator's, stands for} */
    static Node literal(String text, Position position) {
        List<Problem> problems = new ArrayList<>();
        RawTable table = read("literal = " + text, position.file(), problems);
        if (table == null) {
            throw new IllegalStateException("the default is not TOML: " + text);
        }
        return new Node(Objects.requireNonNull(table.node("literal")).value(), position);
    }

    private RawTable table(TomlTable table, Position position, String path) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        for (String key : table.keySet()) {
            List<String> one = List.of(key);
            Position at = position(table.inputPositionOf(one));
            nodes.put(key, node(Objects.requireNonNull(table.get(one)), at, RawTable.join(path, key)));
        }
        return new RawTable(nodes, position, path);
    }

    private Node node(Object value, Position position, String path) {
        return new Node(switch (value) {
            case TomlTable table -> table(table, position, path);
            case TomlArray array -> list(array, path);
            default -> value;
        }, position);
    }

    private List<Node> list(TomlArray array, String path) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            nodes.add(node(array.get(i), position(array.inputPositionOf(i)), path + "[" + i + "]"));
        }
        return List.copyOf(nodes);
    }

    private Position position(@Nullable TomlPosition position) {
        return position == null ? new Position(file, 1, 1) : new Position(file, position.line(), position.column());
    }

    private static String sentence(String message) {
        return "not TOML: " + message.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + message.substring(1);
    }
}
