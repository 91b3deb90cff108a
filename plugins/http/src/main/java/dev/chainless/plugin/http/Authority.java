package dev.chainless.plugin.http;

/**
 * The grammar of {@code Host} and of a target's authority: {@code uri-host [ ":" port ]} of RFC 9110, section 7.2.
 *
 * <p>Narrower than RFC 3986 where no real name needs it and next hops disagree: no user information, no sub-delimiters,
 * no percent-encoding, no zone, no port without digits, and not empty.
 */
final class Authority {
    private static final boolean[] NAME = names();

    private Authority() {}

    /**
     * {@return whether the bytes are a host with an optional port}
     *
     * @param bytes holds them
     * @param offset of the first
     * @param length the number of bytes
     */
    static boolean isValid(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int i = offset;
        if (length > 0 && bytes[i] == '[') {
            i = endOfLiteral(bytes, i + 1, end);
            if (i < 0) {
                return false;
            }
        } else {
            while (i < end && NAME[bytes[i] & 0xff]) {
                i++;
            }
            if (i == offset) {
                return false;
            }
        }
        return i == end || (bytes[i] == ':' && isPort(bytes, i + 1, end));
    }

    /** {@return whether the bytes, a valid authority, end with a port} */
    static boolean hasPort(byte[] bytes, int offset, int length) {
        for (int i = offset + length - 1; i > offset && bytes[i] != ']'; i--) {
            if (bytes[i] == ':') {
                return true;
            }
        }
        return false;
    }

    private static int endOfLiteral(byte[] bytes, int from, int end) {
        int colons = 0;
        for (int i = from; i < end; i++) {
            byte b = bytes[i];
            if (b == ']') {
                return colons >= 2 ? i + 1 : -1;
            }
            if (b == ':') {
                colons++;
            } else if (b != '.' && Octets.hex(b) < 0) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isPort(byte[] bytes, int from, int end) {
        if (from == end || end - from > 5) {
            return false;
        }
        int port = 0;
        for (int i = from; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            port = port * 10 + digit;
        }
        return port <= 0xffff;
    }

    private static boolean[] names() {
        boolean[] allowed = new boolean[256];
        for (int c = 0; c < 128; c++) {
            allowed[c] = Octets.isAlphanumeric(c);
        }
        for (char c : "-._~".toCharArray()) {
            allowed[c] = true;
        }
        return allowed;
    }
}
