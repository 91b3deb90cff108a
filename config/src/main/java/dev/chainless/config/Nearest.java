package dev.chainless.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the name that was probably meant: the one with the fewest letters added, dropped, changed or swapped. */
final class Nearest {
    private static final int FEW = 12;

    private Nearest() {}

    /** {@return {@code , did you mean "x"?}, or the known names if there are few, or ""} */
    static String hint(String name, Collection<String> known) {
        String meant = meant(name, known);
        if (!meant.isEmpty() || known.isEmpty() || known.size() > FEW) {
            return meant;
        }
        return "; there is \"" + String.join("\", \"", known) + "\"";
    }

    /** {@return {@code , did you mean "x"?} or ""} */
    static String meant(String name, Collection<String> known) {
        return to(name, known).map(near -> ", did you mean \"" + near + "\"?").orElse("");
    }

    /** {@return the known name that is near enough to be meant} */
    static Optional<String> to(String name, Collection<String> known) {
        int best = Math.max(1, Math.min(name.length(), 64) / 3) + 1;
        @Nullable String nearest = null;
        for (String candidate : known) {
            int distance = distance(plain(name), plain(candidate), best);
            if (distance < best && distance < candidate.length()) {
                best = distance;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** snake_case, camelCase and kebab-case of one name differ in nothing. */
    private static String plain(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** The optimal string alignment distance, or the limit if it is that or more. */
    private static int distance(String a, String b, int limit) {
        if (Math.abs(a.length() - b.length()) >= limit) {
            return limit;
        }
        int[] before = new int[b.length() + 1];
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = previous;
            previous = row;
        }
        return Math.min(previous[b.length()], limit);
    }
}
