package dev.chainless.config;

import dev.chainless.spi.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table that is not bound to a record yet, with the position of each of its keys. The settings of a plugin stay
 * such a table until the plugin is there to say which record they fit ({@link Binder#bind}).
 *
 * <p>Immutable. Two tables are equal when they say the same, wherever they say it.
 */
public final class RawTable {
    /** A value and where it is: a String, Long, Double, Boolean, Temporal, {@code List<Node>} or RawTable. */
    record Node(Object value, Position position) {}

    private final Map<String, Node> nodes;
    private final Position position;
    private final String path;

    RawTable(Map<String, Node> nodes, Position position, String path) {
        this.nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        this.position = position;
        this.path = path;
    }

    /**
     * {@return a table of what code says, for an embedder}
     *
     * @param values strings, numbers, booleans, enums, paths, durations, value types (by their {@code toString}), lists
     *     and maps of these
     * @throws IllegalArgumentException if a value is null or a key is no string
     */
    public static RawTable of(Map<String, ?> values) {
        return of(values, "");
    }

    /** {@return an empty table} */
    public static RawTable empty() {
        return new RawTable(Map.of(), Position.none(), "");
    }

    /** {@return where the table begins} */
    public Position position() {
        return position;
    }

    /** {@return where a key is written, or where the table begins if the key is absent} */
    public Position position(String key) {
        Node node = nodes.get(key);
        return node == null ? position : node.position();
    }

    /** {@return the key path of the table, such as {@code stages.limit}; "" for a whole file} */
    public String path() {
        return path;
    }

    /** {@return the keys, as ordered in the file} */
    public Set<String> keys() {
        return nodes.keySet();
    }

    /** {@return whether there are no keys} */
    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    @Nullable Node node(String key) {
        return nodes.get(key);
    }

    /** {@return the key path of a key of this table} */
    String path(String key) {
        return join(path, key);
    }

    /** {@return this table without some keys} */
    RawTable without(Collection<String> keys) {
        Map<String, Node> rest = new LinkedHashMap<>(nodes);
        rest.keySet().removeAll(keys);
        return new RawTable(rest, position, path);
    }

    static String join(String path, String key) {
        String written = isBare(key) ? key : quoted(key);
        return path.isEmpty() ? written : path + "." + written;
    }

    /** By hand: there are tens of keys for each of ten thousand routes. */
    private static boolean isBare(String key) {
        boolean bare = !key.isEmpty();
        for (int i = 0; i < key.length() && bare; i++) {
            char c = key.charAt(i);
            bare = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        }
        return bare;
    }

    private static RawTable of(Map<?, ?> values, String path) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("a key of a table is a string, not " + key);
            }
            nodes.put(name, node(value, join(path, name)));
        });
        return new RawTable(nodes, Position.none(), path);
    }

    private static Node node(@Nullable Object value, String path) {
        return new Node(switch (value) {
            case null -> throw new IllegalArgumentException("no value for " + path);
            case RawTable table -> of(table.values(), path);
            case Map<?, ?> map -> of(map, path);
            case Collection<?> list -> {
                List<Node> nodes = new ArrayList<>();
                list.forEach(element -> nodes.add(node(element, path + "[" + nodes.size() + "]")));
                yield List.copyOf(nodes);
            }
            case Byte number -> number.longValue();
            case Short number -> number.longValue();
            case Integer number -> number.longValue();
            case Float number -> number.doubleValue();
            case Long number -> number;
            case Double number -> number;
            case Boolean truth -> truth;
            case Duration duration -> Durations.format(duration);
            case Enum<?> constant -> Shape.kebab(constant);
            default -> value.toString();
        }, Position.none());
    }

    /** {@return the values as plain Java: strings, numbers, booleans, times, lists and maps} */
    public Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        nodes.forEach((key, node) -> values.put(key, plain(node.value())));
        return values;
    }

    static Object plain(Object value) {
        return switch (value) {
            case RawTable table -> table.values();
            case List<?> list -> list.stream().map(element -> plain(((Node) element).value())).toList();
            default -> value;
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RawTable table && nodes.equals(table.nodes);
    }

    @Override
    public int hashCode() {
        return nodes.hashCode();
    }

    /** {@return the table as TOML, inline} */
    @Override
    public String toString() {
        return nodes.isEmpty() ? "{}" : nodes.entrySet().stream()
                .map(entry -> join("", entry.getKey()) + " = " + toml(entry.getValue()))
                .collect(Collectors.joining(", ", "{ ", " }"));
    }

    static String toml(Node node) {
        return switch (node.value()) {
            case String text -> quoted(text);
            case Double number -> number.isNaN() ? "nan"
                    : number.isInfinite() ? (number > 0 ? "inf" : "-inf") : number.toString().toLowerCase(Locale.ROOT);
            case List<?> list -> list.stream().map(element -> toml((Node) element))
                    .collect(Collectors.joining(", ", "[", "]"));
            default -> node.value().toString();
        };
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\u%04X", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
