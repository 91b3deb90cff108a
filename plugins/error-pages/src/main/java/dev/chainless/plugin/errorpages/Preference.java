package dev.chainless.plugin.errorpages;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a client prefers, by its {@code Accept} (RFC 9110, section 12.5.1).
 *
 * @param page the media type of the page, without parameters
 */
record Preference(String page) {
    private static final String PROBLEM = "application/problem+json";
    private static final String JSON = "application/json";
    /** A longer list is nobody's preference, only work. */
    private static final int LONGEST = 2000;

    static Preference over(String contentType) {
        return new Preference(contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
    }

    /** {@return whether JSON is preferred; not if both are welcome alike, or nothing is said} */
    boolean isJson(@Nullable String accept) {
        if (accept == null || accept.length() > LONGEST) {
            return false;
        }
        String[] ranges = accept.toLowerCase(Locale.ROOT).split(",", -1);
        return Math.max(quality(ranges, PROBLEM), quality(ranges, JSON)) > quality(ranges, page);
    }

    /** {@return how welcome a media type is, by the most specific range that it is in: 0 to 1} */
    private static double quality(String[] ranges, String type) {
        double quality = 0;
        int specific = 0;
        for (String range : ranges) {
            String[] parts = range.split(";", -1);
            int fits = fits(parts[0].strip(), type);
            if (fits > specific) {
                specific = fits;
                quality = weight(parts);
            }
        }
        return quality;
    }

    private static int fits(String range, String type) {
        if (range.equals(type)) {
            return 3;
        }
        if (range.endsWith("/*") && type.startsWith(range.substring(0, range.length() - 1))) {
            return 2;
        }
        return range.equals("*/*") ? 1 : 0;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.startsWith("q=")) {
                return part.matches("q=(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)") ? Double.parseDouble(part.substring(2)) : 0;
            }
        }
        return 1;
    }
}
