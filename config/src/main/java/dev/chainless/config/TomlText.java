package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The text of one TOML 1.1.0 file, made into tables with positions in one pass. After a mistake it goes on in the next line, so
 * that several are told at once.
 */
final class TomlText {
    /** Arrays and inline tables in each other, and parts of a key; also keeps recursion from running out of stack. */
    private static final int MAX_DEPTH = 100;
    private static final int MAX_PROBLEMS = 20;

    /** How a table came to be, which decides on what may be added to it where. */
    private enum Origin {
        /** A header names something below it. */
        IMPLIED,
        /** A header of its own, or an element of an array of tables. */
        HEADER,
        /** A dotted key. */
        DOTTED,
        /** Written as a value. */
        INLINE
    }

    /** A table as far as it is read. */
    private static final class Table {
        final Map<String, Entry> entries = new LinkedHashMap<>();
        Origin origin;

        Table(Origin origin) {
            this.origin = origin;
        }
    }

    /** The elements of an array of tables, {@code [[name]]}. */
    private static final class Tables {
        final List<Entry> elements = new ArrayList<>();

        Table last() {
            return (Table) elements.getLast().value;
        }
    }

    /** A value and where it is: as of a {@link Node}, but for tables and arrays of them, that can still grow. */
    private static final class Entry {
        final Object value;
        Position position;

        Entry(Object value, Position position) {
            this.value = value;
            this.position = position;
        }
    }

    private final TomlCursor in;
    private final List<Problem> problems;
    private final Table root = new Table(Origin.HEADER);
    private Table current = root;

    private TomlText(String text, Path file, List<Problem> problems) {
        this.in = new TomlCursor(text, file);
        this.problems = problems;
    }

    /** {@return the file's table, or null if its syntax is wrong, with all such problems added} */
    static @Nullable RawTable read(String text, Path file, List<Problem> problems) {
        int before = problems.size();
        RawTable table = new TomlText(text.startsWith("\uFEFF") ? text.substring(1) : text, file, problems).read();
        return problems.size() == before ? table : null;
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

    private RawTable read() {
        int most = problems.size() + MAX_PROBLEMS;
        while (problems.size() < most) {
            int line = in.line();
            try {
                if (!statement()) {
                    break;
                }
            } catch (TomlCursor.Wrong e) {
                problems.add(e.problem());
                if (in.line() != line) {
                    break; // in the midst of a value of several lines: what follows is not known to be a statement
                }
                in.skipLine();
            }
        }
        return made(root, in.start(), "");
    }

    /** {@return whether there was one} */
    private boolean statement() throws TomlCursor.Wrong {
        in.skipBlank();
        if (in.atEnd()) {
            return false;
        }
        if (in.peek() == '[') {
            header();
        } else {
            keyValue(current, 0);
        }
        in.endOfStatement();
        return true;
    }

    private void header() throws TomlCursor.Wrong {
        Position position = in.position();
        current = new Table(Origin.HEADER); // for what follows a header that is wrong
        in.next();
        boolean element = in.take('[');
        List<String> key = key(element ? "]]" : "]");
        in.expect(']');
        if (element) {
            in.expect(']');
        }
        Table parent = root;
        for (String part : key.subList(0, key.size() - 1)) {
            parent = within(parent, part, position);
        }
        String name = key.getLast();
        Entry known = parent.entries.get(name);
        Table table = new Table(Origin.HEADER);
        if (element) {
            Entry entry = new Entry(table, position);
            if (known == null) {
                var tables = new Tables();
                tables.elements.add(entry);
                parent.entries.put(name, new Entry(tables, position));
            } else if (known.value instanceof Tables tables) {
                tables.elements.add(entry);
            } else {
                throw in.wrong(position, defined(name, known));
            }
        } else if (known == null) {
            parent.entries.put(name, new Entry(table, position));
        } else if (known.value instanceof Table implied && implied.origin == Origin.IMPLIED) {
            implied.origin = Origin.HEADER;
            known.position = position;
            table = implied;
        } else {
            throw in.wrong(position, defined(name, known));
        }
        current = table;
    }

    /** A step down the path of a header. */
    private Table within(Table parent, String part, Position position) throws TomlCursor.Wrong {
        Entry known = parent.entries.get(part);
        if (known == null) {
            var table = new Table(Origin.IMPLIED);
            parent.entries.put(part, new Entry(table, position));
            return table;
        }
        return switch (known.value) {
            case Tables tables -> tables.last();
            case Table table when table.origin != Origin.INLINE -> table;
            default -> throw in.wrong(position, defined(part, known) + " and has no tables in it");
        };
    }

    private void keyValue(Table table, int depth) throws TomlCursor.Wrong {
        Position position = in.position();
        List<String> key = key("=");
        in.expect('=');
        in.skipSpace();
        Table parent = table;
        for (String part : key.subList(0, key.size() - 1)) {
            Entry known = parent.entries.get(part);
            if (known == null) {
                var dotted = new Table(Origin.DOTTED);
                parent.entries.put(part, new Entry(dotted, position));
                parent = dotted;
            } else if (known.value instanceof Table dotted && dotted.origin == Origin.DOTTED) {
                parent = dotted;
            } else {
                throw in.wrong(position, defined(part, known));
            }
        }
        Object value = value(depth + key.size() - 1);
        Entry before = parent.entries.putIfAbsent(key.getLast(), new Entry(value, position));
        if (before != null) {
            throw in.wrong(position, defined(key.getLast(), before));
        }
    }

    private static String defined(String name, Entry before) {
        return "\"" + name + "\" is already defined at line " + before.position.line() + ", column "
                + before.position.column();
    }

    private List<String> key(String end) throws TomlCursor.Wrong {
        in.skipSpace();
        String first = in.key();
        in.skipSpace();
        if (!in.at('.')) {
            in.require(end.charAt(0), "\".\" or \"" + end + "\"");
            return List.of(first);
        }
        List<String> parts = new ArrayList<>();
        parts.add(first);
        while (in.take('.')) {
            if (parts.size() == MAX_DEPTH) {
                throw in.wrong("a key has more than " + MAX_DEPTH + " parts");
            }
            in.skipSpace();
            parts.add(in.key());
            in.skipSpace();
        }
        in.require(end.charAt(0), "\".\" or \"" + end + "\"");
        return parts;
    }

    private Object value(int depth) throws TomlCursor.Wrong {
        if (depth > MAX_DEPTH) {
            throw in.wrong("values are more than " + MAX_DEPTH + " deep in each other");
        }
        if (in.take('[')) {
            return array(depth);
        }
        return in.take('{') ? inline(depth) : in.scalar();
    }

    private List<Entry> array(int depth) throws TomlCursor.Wrong {
        List<Entry> elements = new ArrayList<>();
        while (true) {
            in.skipBlank();
            if (in.take(']')) {
                return elements;
            }
            Position position = in.position();
            elements.add(new Entry(value(depth + 1), position));
            in.skipBlank();
            if (!in.take(',')) {
                in.require(']', "\",\" or \"]\"");
            }
        }
    }

    private Table inline(int depth) throws TomlCursor.Wrong {
        var table = new Table(Origin.INLINE);
        while (true) {
            in.skipBlank();
            if (in.take('}')) {
                return table;
            }
            keyValue(table, depth + 1);
            in.skipBlank();
            if (!in.take(',')) {
                in.require('}', "\",\" or \"}\"");
            }
        }
    }

    private static RawTable made(Table table, Position position, String path) {
        Map<String, Node> nodes = LinkedHashMap.newLinkedHashMap(table.entries.size());
        table.entries.forEach((key, entry) -> nodes.put(key, made(entry, RawTable.join(path, key))));
        return new RawTable(nodes, position, path);
    }

    private static Node made(Entry entry, String path) {
        return new Node(switch (entry.value) {
            case Table table -> made(table, entry.position, path);
            case Tables tables -> made(tables.elements, path);
            case List<?> elements -> made(elements, path);
            default -> entry.value;
        }, entry.position);
    }

    private static List<Node> made(List<?> elements, String path) {
        List<Node> nodes = new ArrayList<>(elements.size());
        for (int i = 0; i < elements.size(); i++) {
            nodes.add(made((Entry) elements.get(i), path + "[" + i + "]"));
        }
        return List.copyOf(nodes);
    }
}
