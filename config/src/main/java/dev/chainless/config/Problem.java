package dev.chainless.config;

import java.nio.file.Path;
import java.util.Collection;

/**
 * One thing that is wrong in a configuration, in one sentence.
 *
 * @param file the file that says it
 * @param line from 1, or 0 for none
 * @param column from 1, or 0 for none
 * @param key the key path, such as {@code listeners.web.listen} or {@code routes[2].to}; "" for the file as a whole
 * @param message what was expected and what was found, without the key
 */
public record Problem(Path file, int line, int column, String key, String message) {
    /** Escapes control characters: they come from the file, and must neither break the line nor steer a terminal. */
    public Problem {
        key = escaped(key);
        message = escaped(message);
    }

    /** {@return a problem at a position} */
    public static Problem at(Position position, String key, String message) {
        return new Problem(position.file(), position.line(), position.column(), key, message);
    }

    /**
     * {@return the problem that a name is not known, with the nearest name that is}
     *
     * @param position where the name is written
     * @param key the key path of the name
     * @param kind what is named: {@code cluster}, {@code plugin}
     * @param name the name that nothing has
     * @param known the names that there are
     */
    public static Problem unknown(Position position, String key, String kind, String name, Collection<String> known) {
        return at(position, key, "unknown " + kind + " \"" + name + "\"" + Nearest.hint(name, known));
    }

    private static String escaped(String text) {
        if (text.codePoints().noneMatch(Problem::steers)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (steers(c)) {
                escaped.append(String.format(c > 0xffff ? "\\U%08X" : "\\u%04X", c));
            } else {
                escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    /** Controls, the signs that turn the direction of writing, and halves of surrogate pairs. */
    private static boolean steers(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.SURROGATE;
    }

    /** {@return {@code file:line:column: key: message}} */
    @Override
    public String toString() {
        String place = new Position(file, line, column).toString();
        return key.isEmpty() ? place + ": " + message : place + ": " + key + ": " + message;
    }
}
