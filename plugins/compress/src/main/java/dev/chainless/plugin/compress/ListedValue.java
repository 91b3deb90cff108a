package dev.chainless.plugin.compress;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;

/** Looks for a member of the lists of a field, such as {@code no-transform} in {@code Cache-Control}. */
final class ListedValue {
    private ListedValue() {}

    /**
     * {@return whether a list of that field has that member} What stands in quotes is part of another member.
     *
     * @param member in lower case
     */
    static boolean in(Head head, FieldName field, String member) {
        for (int i = head.find(field, 0); i >= 0; i = head.find(field, i + 1)) {
            int from = head.valueOffset(i);
            if (in(head.bytes(), from, from + head.valueLength(i), member)) {
                return true;
            }
        }
        return false;
    }

    private static boolean in(byte[] bytes, int from, int to, String member) {
        boolean quoted = false;
        int begin = from;
        for (int i = from; i <= to; i++) {
            byte b = i == to ? (byte) ',' : bytes[i];
            if (b == '\\' && quoted) {
                i++;
            } else if (b == '"') {
                quoted = !quoted;
            } else if (b == ',' && (!quoted || i == to)) {
                if (is(bytes, begin, i, member)) {
                    return true;
                }
                begin = i + 1;
            }
        }
        return false;
    }

    private static boolean is(byte[] bytes, int begin, int end, String member) {
        int from = skipSpace(bytes, begin, end);
        int to = end;
        while (to > from && isSpace(bytes[to - 1])) {
            to--;
        }
        return to - from == member.length()
                && new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).equalsIgnoreCase(member);
    }

    static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\t';
    }
}
