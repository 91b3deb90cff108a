package dev.chainless.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks of field names, methods and field values, so that nothing of the file can break a message that is sent. */
final class HttpNames {
    /** RFC 9110 section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private HttpNames() {}

    static void checkToken(String text, String what) {
        if (!TOKEN.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not " + what);
        }
    }

    /** Refuses the control characters that RFC 9110 section 5.5 forbids in a field value. */
    static void checkValue(String text, String what) {
        if (!text.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f))) {
            throw new IllegalArgumentException("a control character in " + what);
        }
    }

    static <T> Map<String, T> lowerCase(Map<String, T> fields) {
        Map<String, T> lower = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            checkToken(name, "the name of a header field");
            if (lower.put(name.toLowerCase(Locale.ROOT), value) != null) {
                throw new IllegalArgumentException("the header field \"" + name + "\" is there twice");
            }
        });
        return Collections.unmodifiableMap(lower);
    }
}
