package dev.chainless.tests.bench;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Writes records, maps, collections, strings, numbers and booleans as JSON.
final class Json {
    private Json() {}

    static String of(Object value) {
        var json = new StringBuilder();
        write(json, value, 0);
        return json.append('\n').toString();
    }

    private static void write(StringBuilder json, Object value, int depth) {
        switch (value) {
            case Map<?, ?> map -> object(json, map, depth);
            case Record fields -> object(json, map(fields), depth);
            case Collection<?> items -> array(json, items, depth);
            case Double number -> json.append(Double.isFinite(number) ? String.format(Locale.ROOT, "%.3f", number)
                    : "null");
            case Number number -> json.append(number);
            case Boolean bool -> json.append(bool.booleanValue());
            default -> string(json, value.toString());
        }
    }

    private static Map<String, Object> map(Record fields) {
        var map = new LinkedHashMap<String, Object>();
        for (RecordComponent component : fields.getClass().getRecordComponents()) {
            try {
                map.put(component.getName(), component.getAccessor().invoke(fields));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("records of this package can be read", e);
            }
        }
        return map;
    }

    private static void object(StringBuilder json, Map<?, ?> map, int depth) {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.append(separator);
            newLine(json, depth + 1);
            string(json, String.valueOf(entry.getKey()));
            write(json.append(": "), entry.getValue(), depth + 1);
            separator = ",";
        }
        if (map.isEmpty()) {
            json.append('{');
        } else {
            newLine(json, depth);
        }
        json.append('}');
    }

    private static void array(StringBuilder json, Collection<?> items, int depth) {
        String separator = "[";
        for (Object item : items) {
            json.append(separator);
            newLine(json, depth + 1);
            write(json, item, depth + 1);
            separator = ",";
        }
        if (items.isEmpty()) {
            json.append('[');
        } else {
            newLine(json, depth);
        }
        json.append(']');
    }

    private static void newLine(StringBuilder json, int depth) {
        json.append('\n').repeat("  ", depth);
    }

    private static void string(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                case '\n' -> json.append("\\n");
                default -> {
                    if (c < ' ') {
                        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
