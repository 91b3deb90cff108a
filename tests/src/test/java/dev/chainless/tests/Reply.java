package dev.chainless.tests;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A response as it came.
 *
 * @param startLine without its end
 * @param fields in order
 * @param body decoded, if it was chunked
 * @param trailers after a chunked body
 * @param chunked whether it was
 */
record Reply(String startLine, List<Map.Entry<String, String>> fields, byte[] body,
        List<Map.Entry<String, String>> trailers, boolean chunked) {

    int status() {
        return Integer.parseInt(startLine.substring(9, 12));
    }

    /** {@return the values of a field, in order} */
    List<String> all(String name) {
        return fields.stream().filter(field -> field.getKey().equalsIgnoreCase(name)).map(Map.Entry::getValue).toList();
    }

    /** {@return the only value of a field, null if it is not there} */
    String field(String name) {
        List<String> values = all(name);
        if (values.size() > 1) {
            throw new AssertionError("the field " + name + " is there more than once: " + values);
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    String text() {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return startLine + " " + fields + " " + (body.length > 2000 ? body.length + " bytes" : text());
    }
}
