package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import dev.chainless.config.Shape.Slot;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Durations;
import dev.chainless.spi.config.HostPort;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and checks single values: text, numbers, truth, durations, paths and enums. */
final class Scalars {
    private final Map<String, Set<String>> names;
    private final List<Problem> problems;

    Scalars(Map<String, Set<String>> names, List<Problem> problems) {
        this.names = names;
        this.problems = problems;
    }

    /** {@return whether a value of TOML may be read as a type} */
    static boolean accepts(Class<?> raw, Object value) {
        return switch (value) {
            case String text -> raw == String.class || raw == Duration.class || raw == Path.class || raw.isEnum();
            case Long number -> raw == int.class || raw == long.class || raw == double.class || raw == Integer.class
                    || raw == Long.class || raw == Double.class;
            case Double number -> raw == double.class || raw == Double.class;
            case Boolean truth -> raw == boolean.class || raw == Boolean.class;
            default -> false;
        };
    }

    /** {@return the value that the text of a default stands for} */
    static Node literal(String text, Slot slot, Position position) {
        Class<?> raw = slot.raw() == Optional.class ? slot.inner().raw() : slot.raw();
        if (accepts(raw, 0L)) {
            return new Node(accepts(raw, 0.0) ? (Object) Double.valueOf(text) : Long.valueOf(text), position);
        }
        if (accepts(raw, true)) {
            return new Node(Boolean.valueOf(text), position);
        }
        if (!text.startsWith("[") && !text.startsWith("{")) {
            return new Node(text, position);
        }
        boolean toml = raw == List.class || raw == Map.class || raw == RawTable.class || raw.isSealed()
                || (raw.isRecord() && !Shape.of(raw).noTable());
        return toml ? TomlText.literal(text, position) : new Node(text, position);
    }

    @Nullable Object read(Slot slot, Node node, String path) {
        Class<?> raw = slot.raw();
        if (!accepts(raw, node.value())) {
            return problem(node, path, "expected " + Expected.of(slot));
        }
        try {
            return switch (node.value()) {
                case String text when raw == Duration.class -> Durations.parse(text);
                case String text when raw == Path.class -> node.position().file().resolveSibling(text);
                case String text when raw.isEnum() -> constant(slot, text, node, path);
                case Long number when raw == int.class || raw == Integer.class -> Math.toIntExact(number);
                case Long number when raw == double.class || raw == Double.class -> (Object) number.doubleValue();
                default -> node.value();
            };
        } catch (InvalidPathException e) {
            return problem(node, path, "expected a path");
        } catch (IllegalArgumentException e) {
            return problem(node, path, String.valueOf(e.getMessage()));
        } catch (ArithmeticException e) {
            return problem(node, path, "expected " + Expected.of(slot));
        }
    }

    private @Nullable Object constant(Slot slot, String text, Node node, String path) {
        for (Object constant : slot.raw().getEnumConstants()) {
            if (Shape.kebab((Enum<?>) constant).equals(text)) {
                return constant;
            }
        }
        List<String> known = Arrays.stream(slot.raw().getEnumConstants()).map(c -> Shape.kebab((Enum<?>) c)).toList();
        problems.add(Problem.at(node.position(), path, "expected " + Expected.oneOf(known) + ", found "
                + Expected.found(node) + Nearest.meant(text, known)));
        return null;
    }

    /** {@return the value, or null if it is outside of what its slot allows} */
    @Nullable Object check(Slot slot, @Nullable Object value, Node node, String path) {
        if (value == null) {
            return null;
        }
        if (slot.oneOf() != null && !List.of(slot.oneOf().value()).contains(value.toString())) {
            List<String> allowed = List.of(slot.oneOf().value());
            return problem(node, path, "expected " + Expected.oneOf(allowed));
        }
        if (!inRange(slot, value)) {
            return value instanceof HostPort && slot.range() == null
                    ? problem(node, path, "expected a port from 1 to 65535")
                    : problem(node, path, "expected " + (value instanceof HostPort ? "a port" : kind(slot))
                            + Expected.bounds(slot));
        }
        if (slot.reference() != null && value instanceof String name) {
            Set<String> known = names.get(slot.reference().value());
            if (known != null && !known.contains(name)) {
                problems.add(Problem.unknown(node.position(), path, slot.reference().value(), name, known));
                return null;
            }
        }
        return value;
    }

    private static String kind(Slot slot) {
        return slot.raw() == ByteSize.class ? "a size" : slot.raw() == Duration.class ? "a duration" : "a number";
    }

    private static boolean inRange(Slot slot, Object value) {
        String min = slot.range() == null ? "" : slot.range().min();
        String max = slot.range() == null ? "" : slot.range().max();
        return switch (value) {
            case HostPort address -> within(address.port(), min.isEmpty() ? 1 : Long.parseLong(min),
                    max.isEmpty() ? 65535 : Long.parseLong(max));
            case Duration duration -> within(duration, min.isEmpty() ? Duration.ZERO : Durations.parse(min),
                    max.isEmpty() ? duration : Durations.parse(max));
            case ByteSize size -> within(size, min.isEmpty() ? ByteSize.of(0) : ByteSize.parse(min),
                    max.isEmpty() ? size : ByteSize.parse(max));
            case Double number -> within(number, min.isEmpty() ? number : Double.parseDouble(min),
                    max.isEmpty() ? number : Double.parseDouble(max)) && !(slot.range() != null && number.isNaN());
            case Integer number -> inRange(number, min, max);
            case Long number -> inRange(number, min, max);
            default -> true;
        };
    }

    private static boolean inRange(long number, String min, String max) {
        return within(number, min.isEmpty() ? number : Long.parseLong(min),
                max.isEmpty() ? number : Long.parseLong(max));
    }

    private static <T extends Comparable<T>> boolean within(T value, T min, T max) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }

    private static boolean within(long value, long min, long max) {
        return value >= min && value <= max;
    }

    private @Nullable Object problem(Node node, String path, String message) {
        problems.add(Problem.at(node.position(), path, message + ", found " + Expected.found(node)));
        return null;
    }
}
