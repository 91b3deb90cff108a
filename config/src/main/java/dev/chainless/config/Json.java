package dev.chainless.config;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Prints maps, lists, strings, numbers and booleans as indented JSON (RFC 8259). */
final class Json {
    private final StringBuilder out = new StringBuilder();

    private Json() {}

    static String print(Map<String, ?> object) {
        Json json = new Json();
        json.value(object, "\n");
        return json.out.append('\n').toString();
    }

    private void value(Object value, String line) {
        switch (value) {
            case Map<?, ?> map -> {
                out.append('{');
                String comma = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(comma).append(line).append("  ");
                    string((String) entry.getKey());
                    out.append(": ");
                    value(entry.getValue(), line + "  ");
                    comma = ",";
                }
                out.append(map.isEmpty() ? "}" : line + "}");
            }
            case List<?> list -> {
                out.append('[');
                for (Iterator<?> elements = list.iterator(); elements.hasNext();) {
                    out.append(line).append("  ");
                    value(elements.next(), line + "  ");
                    out.append(elements.hasNext() ? "," : "");
                }
                out.append(list.isEmpty() ? "]" : line + "]");
            }
            case String text -> string(text);
            default -> out.append(value);
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
