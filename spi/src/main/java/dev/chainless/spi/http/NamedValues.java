package dev.chainless.spi.http;

/**
 * Lists of {@code name=value}, such as the cookies of a {@code Cookie} field or the parameters of a query, read where they
 * lie, without a copy. Spaces before a name do not count; nothing is decoded.
 */
public final class NamedValues {
    private NamedValues() {}

    /**
     * {@return where the value of the first pair of a name begins, -1 if there is none}
     *
     * @param name of ASCII letters, digits and the like
     * @param bytes with the list; only read
     * @param from where the list, or what is left of it, begins
     * @param to where it ends
     * @param separator of the pairs
     */
    public static int find(String name, byte[] bytes, int from, int to, char separator) {
        int at = from;
        while (at < to) {
            while (at < to && bytes[at] == ' ') {
                at++;
            }
            int end = end(bytes, at, to, separator);
            int value = at + name.length() + 1;
            if (value <= end && bytes[value - 1] == '=' && matches(name, bytes, at)) {
                return value;
            }
            at = end + 1;
        }
        return -1;
    }

    /**
     * {@return where a value ends} The next pair, if there is one, begins behind it and its separator.
     *
     * @param value where it begins
     * @param to where the list ends
     * @param separator of the pairs
     */
    public static int end(byte[] bytes, int value, int to, char separator) {
        int end = value;
        while (end < to && bytes[end] != separator) {
            end++;
        }
        return end;
    }

    private static boolean matches(String name, byte[] bytes, int at) {
        for (int i = 0; i < name.length(); i++) {
            if ((bytes[at + i] & 0xff) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
