package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import dev.chainless.config.Shape.ShortForm;
import dev.chainless.config.Shape.Slot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The words for what was expected and what was found. */
final class Expected {
    private static final int SHOWN = 60;

    private Expected() {}

    static String of(Slot slot) {
        Class<?> raw = slot.raw();
        if (raw == Optional.class) {
            return of(slot.inner());
        }
        if (raw == List.class) {
            return "a list";
        }
        if (raw == Map.class || raw == RawTable.class) {
            return "a table";
        }
        if (slot.reference() != null) {
            return "the name of a " + slot.reference().value();
        }
        if (slot.oneOf() != null) {
            return oneOf(List.of(slot.oneOf().value()));
        }
        if (raw.isEnum()) {
            return oneOf(Arrays.stream(raw.getEnumConstants()).map(value -> Shape.kebab((Enum<?>) value)).toList());
        }
        if (raw.isRecord()) {
            return String.join(" or ", ways(Shape.of(raw)));
        }
        if (raw.isSealed()) {
            return choice(raw);
        }
        return raw == String.class ? "a string"
                : raw == boolean.class || raw == Boolean.class ? "true or false"
                : raw == double.class || raw == Double.class ? "a number" + bounds(slot)
                : raw == Duration.class ? "a duration such as \"30s\"" + bounds(slot)
                : raw == Path.class ? "a path"
                : "an integer" + bounds(slot);
    }

    static String bounds(Slot slot) {
        if (slot.range() == null) {
            return "";
        }
        String min = slot.range().min();
        String max = slot.range().max();
        return min.isEmpty() ? " of at most " + max
                : max.isEmpty() ? " of at least " + min : " from " + min + " to " + max;
    }

    static String oneKeyOf(List<String> keys) {
        return keys.size() == 1 ? "a table with \"" + keys.getFirst() + "\"" : "a table with " + oneOf(keys);
    }

    static String found(Node node) {
        return switch (node.value()) {
            case String text -> "the string " + RawTable.toml(new Node(
                    text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text, node.position()));
            case Long number -> "the integer " + number;
            case Double number -> "the number " + RawTable.toml(node);
            case Boolean truth -> truth.toString();
            case List<?> list -> list.isEmpty() ? "an empty list" : "a list";
            case RawTable table -> table.isEmpty() ? "an empty table" : "a table";
            default -> "the date or time " + node.value();
        };
    }

    static String oneOf(List<String> values) {
        return values.stream().map(value -> "\"" + value + "\"").collect(Collectors.joining(", ", "one of ", ""));
    }

    private static Set<String> ways(Shape shape) {
        Set<String> ways = new LinkedHashSet<>();
        for (ShortForm form : shape.shorthands()) {
            String expects = form.shorthand().expects();
            ways.add(expects.isEmpty() ? of(form.slot()) : expects);
        }
        if (!shape.noTable()) {
            ways.add("a table");
        }
        return ways;
    }

    private static String choice(Class<?> raw) {
        Set<String> ways = new LinkedHashSet<>();
        List<Shape> shapes = Shape.permitted(raw);
        shapes.forEach(shape -> ways.addAll(ways(shape)));
        ways.remove("a table");
        ways.add(oneKeyOf(shapes.stream().filter(shape -> !shape.noTable()).map(Shape::discriminator).toList()));
        return String.join(" or ", ways);
    }
}
