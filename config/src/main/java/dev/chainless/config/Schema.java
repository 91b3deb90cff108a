package dev.chainless.config;

import dev.chainless.config.Shape.Field;
import dev.chainless.config.Shape.Role;
import dev.chainless.config.Shape.ShortForm;
import dev.chainless.config.Shape.Slot;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Prints the JSON Schema (2020-12) of a configuration, for editors. Types, defaults, bounds and texts are those of the
 * records.
 */
public final class Schema {
    private final Map<String, Class<? extends Record>> plugins;
    private final Map<String, Object> definitions = new TreeMap<>();

    private Schema(Map<String, Class<? extends Record>> plugins) {
        this.plugins = plugins;
    }

    /**
     * {@return the schema, as JSON}
     *
     * @param type the record of the whole file, such as {@link GatewayConfig}
     * @param plugins the record of the settings of each plugin, by the plugin's name; they complete the tables that
     *     name a plugin by {@code use} or by their protocol
     */
    public static String of(Class<? extends Record> type, Map<String, Class<? extends Record>> plugins) {
        Schema schema = new Schema(new TreeMap<>(plugins));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.putAll(schema.object(Shape.of(type)));
        root.put("$defs", schema.definitions);
        return Json.print(root);
    }

    private Map<String, Object> slot(Slot slot) {
        Class<?> raw = slot.raw();
        if (raw == Optional.class) {
            return slot(slot.inner());
        }
        if (raw == List.class) {
            return list(slot.inner());
        }
        if (raw == Map.class) {
            return entries("type", "object", "additionalProperties", slot(slot.inner()));
        }
        if (raw == RawTable.class) {
            return entries("type", "object");
        }
        if (raw.isEnum()) {
            return enumeration(raw);
        }
        if (raw.isRecord() || raw.isSealed()) {
            return reference(slot);
        }
        return scalar(slot);
    }

    /** A single value may stand for a list of one. */
    private Map<String, Object> list(Slot inner) {
        Map<String, Object> element = slot(inner);
        Map<String, Object> list = entries("type", "array", "items", element);
        boolean shorthand = !inner.raw().isRecord() || !Shape.of(inner.raw()).shorthands().isEmpty();
        return shorthand ? entries("anyOf", List.of(list, element)) : list;
    }

    private static Map<String, Object> scalar(Slot slot) {
        Class<?> raw = slot.raw();
        Map<String, Object> schema = new LinkedHashMap<>();
        if (Scalars.accepts(raw, 0L)) {
            schema.put("type", Scalars.accepts(raw, 0.0) ? "number" : "integer");
            bounds(schema, slot);
        } else if (Scalars.accepts(raw, true)) {
            schema.put("type", "boolean");
        } else {
            schema.put("type", "string");
        }
        if (raw == Duration.class) {
            schema.put("pattern", "^(" + Durations.PATTERN + ")$");
        } else if (raw == Path.class) {
            schema.put("format", "path");
        }
        if (slot.oneOf() != null) {
            boolean number = Scalars.accepts(raw, 0L);
            schema.put("enum", Arrays.stream(slot.oneOf().value())
                    .map(value -> number ? (Object) Long.valueOf(value) : value).toList());
        }
        return schema;
    }

    private static void bounds(Map<String, Object> schema, Slot slot) {
        if (slot.range() != null && !slot.range().min().isEmpty()) {
            schema.put("minimum", number(slot.range().min()));
        }
        if (slot.range() != null && !slot.range().max().isEmpty()) {
            schema.put("maximum", number(slot.range().max()));
        }
    }

    private static Map<String, Object> enumeration(Class<?> raw) {
        List<Object> choices = new ArrayList<>();
        for (Object constant : raw.getEnumConstants()) {
            Map<String, Object> choice = entries("const", Shape.kebab((Enum<?>) constant));
            describe(choice, constantDoc(raw, (Enum<?>) constant));
            choices.add(choice);
        }
        return entries("type", "string", "oneOf", choices);
    }

    private static String constantDoc(Class<?> raw, Enum<?> constant) {
        try {
            Doc doc = raw.getField(constant.name()).getAnnotation(Doc.class);
            return doc == null ? "" : doc.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("an enum has a field for each constant", e);
        }
    }

    /** Records and choices are defined once, by their full name. */
    private Map<String, Object> reference(Slot slot) {
        Class<?> raw = slot.raw();
        String name = raw.getName();
        if (!definitions.containsKey(name)) {
            definitions.put(name, Map.of());
            definitions.put(name, raw.isRecord() ? record(Shape.of(raw)) : choice(raw));
        }
        return entries("$ref", "#/$defs/" + name);
    }

    private Map<String, Object> record(Shape shape) {
        List<Object> ways = shortForms(shape);
        if (!shape.noTable()) {
            ways.add(object(shape));
        }
        return anyOf(ways);
    }

    private Map<String, Object> choice(Class<?> raw) {
        List<Object> ways = new ArrayList<>();
        Shape.permitted(raw).forEach(shape -> {
            ways.addAll(shortForms(shape));
            if (!shape.noTable()) {
                Map<String, Object> object = object(shape);
                object.put("required", List.of(shape.discriminator()));
                ways.add(object);
            }
        });
        return anyOf(ways);
    }

    private List<Object> shortForms(Shape shape) {
        List<Object> ways = new ArrayList<>();
        for (ShortForm form : shape.shorthands()) {
            Map<String, Object> way = slot(form.slot());
            if (!form.shorthand().pattern().isEmpty()) {
                way.put("pattern", "^(" + form.shorthand().pattern() + ")$");
            }
            describe(way, form.shorthand().expects());
            ways.add(way);
        }
        return ways;
    }

    private Map<String, Object> object(Shape shape) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Field field : shape.keyed()) {
            properties.put(field.key(), property(field));
            if (isRequired(field)) {
                required.add(field.key());
            }
        }
        Map<String, Object> object = entries("type", "object");
        Doc doc = shape.type().getAnnotation(Doc.class);
        describe(object, doc == null ? "" : doc.value());
        object.put("properties", properties);
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        boolean open = shape.hasRest() && !plugins.isEmpty() && properties.containsKey("use");
        shape.fields().forEach(field -> complete(object, properties, field));
        if (open) {
            object.put("unevaluatedProperties", false);
        } else {
            object.put("additionalProperties", shape.hasRest());
        }
        return object;
    }

    private Map<String, Object> property(Field field) {
        Map<String, Object> property = slot(field.slot());
        describe(property, field.doc());
        if (field.absent() != null) {
            property.put("default", literal(field.absent(), field.slot()));
        }
        String bounds = Expected.bounds(field.slot());
        if (!bounds.isEmpty() && !property.containsKey("minimum") && !property.containsKey("maximum")) {
            property.merge("description", "Allowed:" + bounds.replace(" of ", " ") + ".",
                    (doc, more) -> doc + " " + more);
        }
        return property;
    }

    /** Adds the settings of plugins: those of a protocol under its name, those of a stage beside its {@code use}. */
    private void complete(Map<String, Object> object, Map<String, Object> properties, Field field) {
        if (field.role() == Role.KEYED_BY) {
            plugins.forEach((name, type) -> {
                if (!properties.containsKey(name)) {
                    properties.put(name, slot(new Slot(type, false, null, null, null)));
                }
            });
        }
        if (field.role() == Role.REST && properties.containsKey("use") && !plugins.isEmpty()) {
            List<Object> cases = new ArrayList<>();
            plugins.forEach((name, type) -> {
                Map<String, Object> settings = object(Shape.of(type));
                settings.remove("additionalProperties");
                settings.remove("unevaluatedProperties");
                cases.add(entries("if", uses(entries("const", name)), "then", settings));
            });
            cases.add(entries("if", uses(entries("enum", List.copyOf(plugins.keySet()))),
                    "else", entries("additionalProperties", true)));
            object.put("allOf", cases);
        }
    }

    private static Map<String, Object> uses(Map<String, Object> plugin) {
        return entries("required", List.of("use"), "properties", entries("use", plugin));
    }

    private static boolean isRequired(Field field) {
        Class<?> raw = field.slot().raw();
        boolean empty = raw == Optional.class || raw == List.class || raw == Map.class || raw == RawTable.class
                || field.slot().nullable() || field.absent() != null;
        if (empty || !raw.isRecord()) {
            return !empty;
        }
        Shape shape = Shape.of(raw);
        return shape.noTable() || shape.keyed().stream().anyMatch(Schema::isRequired);
    }

    private static Object literal(Default absent, Slot slot) {
        Object value = Scalars.literal(absent.value(), slot, Position.none()).value();
        return RawTable.plain(value);
    }

    private static Object number(String text) {
        return text.matches("-?[0-9]+") ? (Object) Long.valueOf(text) : Double.valueOf(text);
    }

    private static void describe(Map<String, Object> schema, String text) {
        if (!text.isEmpty()) {
            schema.put("description", text);
        }
    }

    private static Map<String, Object> anyOf(List<Object> ways) {
        @SuppressWarnings("unchecked")
        Map<String, Object> only = (Map<String, Object>) ways.getFirst();
        return ways.size() == 1 ? only : entries("anyOf", ways);
    }

    private static Map<String, Object> entries(Object... pairs) {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            entries.put((String) pairs[i], Objects.requireNonNull(pairs[i + 1]));
        }
        return entries;
    }
}
