package dev.chainless.host;

import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whether the path of a request is in normal form. A path that is not could be routed, and guarded, as something else
 * than what the origin makes of it; so it is put into normal form before routing, and is sent on so.
 *
 * <p>In normal form there are no dot segments (RFC 3986, section 5.2.4), no percent-encoded unreserved characters, and
 * percent-encodings are in upper case (section 6.2.2). {@code %2F} stays encoded and {@code //} stays double, as they
 * mean something else than {@code /} to some origins. Refused are octets that no path may have, {@code \}, which some
 * origins take for a slash, encoded control characters, broken encodings, dot segments with parameters
 * ({@code /..;/}), which some origins resolve after they have dropped the parameters, and dot segments beside an encoded
 * slash or backslash ({@code /..%2F}), which those resolve that decode before they look for segments.
 */
enum PathCheck {
    /** The path is in normal form; all but a few are. */
    CLEAN,
    /** The path was not, and now is. */
    REWRITTEN,
    /** There is no normal form: 400. */
    BAD;

    private static final long ONES = Octets.ONES;
    private static final boolean[] PLAIN = plain();
    private static final boolean[] UNRESERVED = unreserved();

    /** What a segment is. */
    private enum Dots {
        NONE, ONE, TWO, WITH_PARAMETERS
    }

    /**
     * Puts the path of a request into normal form, which costs but a look at each octet if it is so already.
     *
     * @param request with a path, {@code *}, or an empty path
     */
    static PathCheck check(Head request) {
        byte[] target = request.targetBytes();
        int start = request.targetOffset();
        int end = start + request.pathLength();
        PathCheck found = check(target, start, end);
        if (found != REWRITTEN) {
            return found;
        }
        byte[] path = normalise(target, start, end);
        byte[] whole = Arrays.copyOf(path, path.length + request.targetLength() - request.pathLength());
        System.arraycopy(target, end, whole, path.length, whole.length - path.length);
        try {
            request.target(new String(whole, StandardCharsets.ISO_8859_1));
            return REWRITTEN;
        } catch (IllegalArgumentException e) {
            // The query has an octet that no target may have.
            return BAD;
        }
    }

    /** {@return what {@link #check(Head)} would do about these octets} */
    static PathCheck check(byte[] bytes, int start, int end) {
        return isPlain(bytes, start, end) ? CLEAN : look(bytes, start, end);
    }

    /** Eight octets at a time: whether there is surely nothing to look at closer. */
    private static boolean isPlain(byte[] bytes, int start, int end) {
        if (end - start < 8 || bytes[start] != '/') {
            return false;
        }
        long slashBefore = 0;
        int at = start;
        for (; at + 8 <= end; at += 8) {
            long word = Octets.word(bytes, at);
            long slashes = Octets.zeros(word ^ '/' * ONES);
            if ((suspects(word) | (Octets.zeros(word ^ '.' * ONES) & ((slashes << 8) | slashBefore))) != 0) {
                return false;
            }
            slashBefore = slashes >>> 56;
        }
        if (at == end) {
            return true;
        }
        // The last word overlaps the one before it, so that a dot at its start was seen with the octet before it.
        long word = Octets.word(bytes, end - 8);
        return (suspects(word) | (Octets.zeros(word ^ '.' * ONES) & (Octets.zeros(word ^ '/' * ONES) << 8))) == 0;
    }

    /** {@return 0 if all octets are visible ASCII and none is one of {@code % \ # ?}} */
    private static long suspects(long word) {
        long invisible = ((word - '!' * ONES) & ~word) | word;
        return (invisible & Octets.HIGH) | Octets.zeros(word ^ 0x7f * ONES) | Octets.zeros(word ^ '%' * ONES)
                | Octets.zeros(word ^ '\\' * ONES) | Octets.zeros(word ^ '#' * ONES) | Octets.zeros(word ^ '?' * ONES);
    }

    private static PathCheck look(byte[] bytes, int start, int end) {
        if (start == end || (end - start == 1 && bytes[start] == '*')) {
            return CLEAN;
        }
        if (bytes[start] != '/') {
            return BAD;
        }
        boolean encoded = false;
        for (int i = start; i < end; i++) {
            if (bytes[i] == '%') {
                int octet = decoded(bytes, i, end);
                if (octet < 0x20 || octet == 0x7f) {
                    return BAD;
                }
                encoded |= UNRESERVED[octet] || bytes[i + 1] >= 'a' || bytes[i + 2] >= 'a';
                i += 2;
            } else if (!PLAIN[bytes[i] & 0xff]) {
                return BAD;
            }
        }
        if (!encoded) {
            return lookForDots(bytes, start, end);
        }
        byte[] decoded = decode(bytes, start, end);
        return lookForDots(decoded, 0, decoded.length) == BAD ? BAD : REWRITTEN;
    }

    private static PathCheck lookForDots(byte[] bytes, int start, int end) {
        boolean found = false;
        for (int from = start + 1, to; from <= end; from = to + 1) {
            to = segmentEnd(bytes, from, end);
            Dots dots = dots(bytes, from, to);
            if (dots == Dots.WITH_PARAMETERS || hidesDots(bytes, from, to)) {
                return BAD;
            }
            found |= dots != Dots.NONE;
        }
        return found ? REWRITTEN : CLEAN;
    }

    /** {@return whether an origin that decodes slashes would find dot segments within this one, which is in upper case} */
    private static boolean hidesDots(byte[] bytes, int from, int to) {
        int piece = from;
        for (int i = from; i + 2 < to; i++) {
            if (isEncodedSlash(bytes, i)) {
                if (dots(bytes, piece, i) != Dots.NONE) {
                    return true;
                }
                piece = i + 3;
            }
        }
        return piece > from && dots(bytes, piece, to) != Dots.NONE;
    }

    private static boolean isEncodedSlash(byte[] bytes, int at) {
        return bytes[at] == '%'
                && ((bytes[at + 1] == '2' && bytes[at + 2] == 'F') || (bytes[at + 1] == '5' && bytes[at + 2] == 'C'));
    }

    /** {@return the normal form of a path that is not {@link #BAD}} */
    static byte[] normalise(byte[] bytes, int start, int end) {
        byte[] path = decode(bytes, start, end);
        int out = 0;
        for (int from = 1, to; from <= path.length; from = to + 1) {
            to = segmentEnd(path, from, path.length);
            Dots dots = dots(path, from, to);
            if (dots == Dots.NONE) {
                System.arraycopy(path, from - 1, path, out, to - from + 1);
                out += to - from + 1;
                continue;
            }
            if (dots == Dots.TWO && out > 0) {
                do {
                    out--;
                } while (path[out] != '/');
            }
            if (to == path.length) {
                path[out++] = '/';
            }
        }
        return Arrays.copyOf(path, out);
    }

    private static byte[] decode(byte[] bytes, int start, int end) {
        byte[] out = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] != '%') {
                out[length++] = bytes[i];
                continue;
            }
            int octet = decoded(bytes, i, end);
            if (UNRESERVED[octet]) {
                out[length++] = (byte) octet;
            } else {
                out[length++] = '%';
                out[length++] = upperCase(bytes[i + 1]);
                out[length++] = upperCase(bytes[i + 2]);
            }
            i += 2;
        }
        return Arrays.copyOf(out, length);
    }

    private static Dots dots(byte[] bytes, int from, int to) {
        if (from == to || bytes[from] != '.') {
            return Dots.NONE;
        }
        int dots = from + 1 < to && bytes[from + 1] == '.' ? 2 : 1;
        if (from + dots == to) {
            return dots == 1 ? Dots.ONE : Dots.TWO;
        }
        return bytes[from + dots] == ';' ? Dots.WITH_PARAMETERS : Dots.NONE;
    }

    private static int segmentEnd(byte[] bytes, int from, int end) {
        int to = from;
        while (to < end && bytes[to] != '/') {
            to++;
        }
        return to;
    }

    /** {@return the octet that a percent-encoding stands for, -1 if it is none} */
    static int decoded(byte[] bytes, int at, int end) {
        if (at + 2 >= end) {
            return -1;
        }
        int high = digit(bytes[at + 1]);
        int low = digit(bytes[at + 2]);
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    /** {@return the value of a hexadecimal digit, -1 if it is none} */
    private static int digit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int letter = b | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    private static byte upperCase(byte digit) {
        return digit >= 'a' ? (byte) (digit - 0x20) : digit;
    }

    private static boolean[] plain() {
        boolean[] plain = new boolean[256];
        Arrays.fill(plain, '!', 0x7f, true);
        plain['#'] = false;
        plain['?'] = false;
        plain['\\'] = false;
        return plain;
    }

    private static boolean[] unreserved() {
        boolean[] unreserved = new boolean[256];
        Arrays.fill(unreserved, '0', '9' + 1, true);
        Arrays.fill(unreserved, 'A', 'Z' + 1, true);
        Arrays.fill(unreserved, 'a', 'z' + 1, true);
        for (char c : "-._~".toCharArray()) {
            unreserved[c] = true;
        }
        return unreserved;
    }
}
