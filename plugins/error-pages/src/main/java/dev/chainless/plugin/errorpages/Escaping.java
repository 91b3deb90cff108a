package dev.chainless.plugin.errorpages;

import java.util.Locale;

/** How a value is put into a text of some kind. */
enum Escaping {
    /** As it is. */
    NONE,
    /** As character references, within elements and quoted attributes. */
    MARKUP,
    /** Within a string. */
    JSON;

    /** {@return the way of a media type} */
    static Escaping of(String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        return type.contains("json") ? JSON : type.contains("html") || type.contains("xml") ? MARKUP : NONE;
    }

    /** {@return a value that stands for itself only} */
    String escape(String value) {
        if (this == NONE) {
            return value;
        }
        var escaped = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (this == MARKUP) {
                markup(escaped, c);
            } else {
                json(escaped, c);
            }
        }
        return escaped.toString();
    }

    private static void markup(StringBuilder escaped, char c) {
        if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'' || c == '`') {
            escaped.append("&#").append((int) c).append(';');
        } else {
            escaped.append(c);
        }
    }

    private static void json(StringBuilder escaped, char c) {
        if (c == '"' || c == '\\') {
            escaped.append('\\').append(c);
        } else if (c < ' ' || c >= 0x7f) {
            escaped.append(String.format("\\u%04x", (int) c));
        } else {
            escaped.append(c);
        }
    }
}
