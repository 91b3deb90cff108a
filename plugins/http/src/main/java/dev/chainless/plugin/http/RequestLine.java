package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request line, RFC 9112, section 3: {@code method SP target SP version CR LF}, one space each. Reused.
 */
final class RequestLine {
    static final int TORN = -1;
    static final int FAULT = -2;

    static final int LONGEST_METHOD = 32;
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long HTTP_11 = 0x485454502f312e31L;
    private static final byte[] VERSION = "HTTP/d.d\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] HTTP_SCHEME = {'h', 't', 't', 'p'};
    private static final boolean[] PATH = visible("?#");
    private static final boolean[] QUERY = visible("#");
    private static final String[] METHODS =
            {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"};
    private static final byte[][] METHOD_BYTES = Arrays.stream(METHODS)
            .map(method -> method.getBytes(StandardCharsets.ISO_8859_1)).toArray(byte[][]::new);

    private final int maxTarget;
    private String other = "";
    private @Nullable HeadFault fault;
    private int authority;
    private int authorityLength;
    private boolean connect;

    RequestLine(int maxTarget) {
        this.maxTarget = maxTarget;
    }

    /** {@return what is wrong, after {@link #FAULT}} */
    @Nullable HeadFault fault() {
        return fault;
    }

    /** {@return where the authority of an absolute-form or authority-form target begins} */
    int authorityOffset() {
        return authority;
    }

    /** {@return its length, 0 if the target has none} */
    int authorityLength() {
        return authorityLength;
    }

    /** {@return whether the method is CONNECT} */
    boolean connect() {
        return connect;
    }

    /**
     * Reads the line at the beginning of the head's block.
     *
     * @param head gets method, target and version
     * @param limit the number of bytes that have come
     * @return where the next line begins, {@link #TORN} if the line is not whole and right so far, or {@link #FAULT}
     */
    int read(Head head, int limit) {
        byte[] b = head.bytes();
        int i = 0;
        while (i < limit && i <= LONGEST_METHOD && Octets.token(b[i]) != 0) {
            i++;
        }
        if (i == limit && i <= LONGEST_METHOD) {
            return TORN;
        }
        if (i == 0 || i > LONGEST_METHOD || b[i] != ' ') {
            return fault(methodFault(b, i));
        }
        int target = i + 1;
        int most = (int) Math.min(limit, (long) target + maxTarget + 1);
        int path = endOfPath(b, target, most);
        int end = endOfQuery(b, path, most);
        if (end - target > maxTarget) {
            return fault(HeadFault.LONG_TARGET);
        }
        if (end == limit) {
            return TORN;
        }
        if (b[end] != ' ' || end == target) {
            return fault(targetFault(b[end]));
        }
        int next = version(head, b, end + 1, limit);
        if (next < 0) {
            return next;
        }
        head.method(method(b, 0, target - 1));
        return form(head, b, target, path, end) ? next : FAULT;
    }

    /** {@return just past the bytes that a path may have} */
    static int endOfPath(byte[] b, int from, int limit) {
        int end = from;
        while (end < limit && PATH[b[end] & 0xff]) {
            end++;
        }
        return end;
    }

    /** {@return just past the query that begins there with its question mark; there, if none does} */
    static int endOfQuery(byte[] b, int path, int limit) {
        int end = path;
        if (end < limit && b[end] == '?') {
            while (end < limit && QUERY[b[end] & 0xff]) {
                end++;
            }
        }
        return end;
    }

    private int version(Head head, byte[] b, int at, int limit) {
        if (at + VERSION.length <= limit && (long) WORD.get(b, at) == HTTP_11 && b[at + 8] == '\r'
                && b[at + 9] == '\n') {
            head.version(11);
            return at + VERSION.length;
        }
        for (int i = 0; i < VERSION.length; i++) {
            if (at + i == limit) {
                return TORN;
            }
            byte c = b[at + i];
            if (VERSION[i] == 'd' ? c < '0' || c > '9' : c != VERSION[i]) {
                boolean ended = i == 8 && c == '\n';
                return fault(i == 9 ? HeadFault.BARE_CR : ended ? HeadFault.BARE_LF : HeadFault.VERSION);
            }
        }
        if (b[at + 5] != '1' || b[at + 7] > '1') {
            return fault(HeadFault.OTHER_VERSION);
        }
        head.version(b[at + 7] == '1' ? 11 : 10);
        return at + VERSION.length;
    }

    /** The four forms of RFC 9112, section 3.2. */
    private boolean form(Head head, byte[] b, int target, int path, int end) {
        authorityLength = 0;
        connect = "CONNECT".equals(head.method());
        if (connect) {
            int length = end - target;
            head.target(target, 0, 0);
            authority = target;
            authorityLength = length;
            return (Authority.isValid(b, target, length) && Authority.hasPort(b, target, length))
                    || refuse(HeadFault.TARGET);
        }
        if (b[target] == '/') {
            head.target(target, end - target, path - target);
            return true;
        }
        if (b[target] == '*') {
            head.target(target, 1, 1);
            return (end - target == 1 && "OPTIONS".equals(head.method())) || refuse(HeadFault.TARGET);
        }
        return absolute(head, b, target, path, end);
    }

    private boolean absolute(Head head, byte[] b, int target, int path, int end) {
        int start = afterScheme(b, target, path);
        if (start < 0) {
            return refuse(HeadFault.TARGET);
        }
        int slash = start;
        while (slash < path && b[slash] != '/') {
            if (b[slash] == '@') {
                return refuse(HeadFault.USER_INFO);
            }
            slash++;
        }
        authority = start;
        authorityLength = slash - start;
        if (!Authority.isValid(b, authority, authorityLength)) {
            return refuse(HeadFault.TARGET);
        }
        if (slash < path) {
            head.target(slash, end - slash, path - slash);
            return true;
        }
        // No path: room is made for one by moving the query over the space behind it, which was read already. What goes
        // to the next hop is "/", or "*" where OPTIONS has no query either (RFC 9112, section 3.2.4).
        System.arraycopy(b, slash, b, slash + 1, end - slash);
        b[slash] = (byte) (slash == end && "OPTIONS".equals(head.method()) ? '*' : '/');
        head.target(slash, end - slash + 1, 1);
        return true;
    }

    private static int afterScheme(byte[] b, int target, int path) {
        int i = target;
        for (byte c : HTTP_SCHEME) {
            if (i >= path || (b[i] | 0x20) != c) {
                return -1;
            }
            i++;
        }
        if (i < path && (b[i] | 0x20) == 's') {
            i++;
        }
        return i + 3 <= path && b[i] == ':' && b[i + 1] == '/' && b[i + 2] == '/' ? i + 3 : -1;
    }

    /** {@return the method: a constant, or the string that the same bytes gave last time} */
    String method(byte[] b, int offset, int length) {
        for (int i = 0; i < METHODS.length; i++) {
            byte[] known = METHOD_BYTES[i];
            if (known.length == length && Arrays.equals(known, 0, length, b, offset, offset + length)) {
                return METHODS[i];
            }
        }
        boolean same = other.length() == length;
        for (int i = 0; same && i < length; i++) {
            same = other.charAt(i) == b[offset + i];
        }
        if (!same) {
            other = new String(b, offset, length, StandardCharsets.ISO_8859_1);
        }
        return other;
    }

    private static HeadFault methodFault(byte[] b, int i) {
        if (i > LONGEST_METHOD) {
            return HeadFault.METHOD;
        }
        return switch (b[i]) {
            case '\n' -> HeadFault.BARE_LF;
            case '\r', ' ', '\t' -> i == 0 ? HeadFault.EMPTY_LINES : HeadFault.REQUEST_LINE;
            default -> HeadFault.METHOD;
        };
    }

    static HeadFault targetFault(byte b) {
        return switch (b) {
            case '#' -> HeadFault.FRAGMENT;
            case '\n' -> HeadFault.BARE_LF;
            case '\r', ' ', '\t' -> HeadFault.REQUEST_LINE;
            default -> b < 0 ? HeadFault.NON_ASCII : HeadFault.CONTROL;
        };
    }

    private int fault(HeadFault fault) {
        this.fault = fault;
        return FAULT;
    }

    private boolean refuse(HeadFault fault) {
        this.fault = fault;
        return false;
    }

    private static boolean[] visible(String except) {
        boolean[] allowed = new boolean[256];
        Arrays.fill(allowed, '!', 0x7f, true);
        for (int i = 0; i < except.length(); i++) {
            allowed[except.charAt(i)] = false;
        }
        return allowed;
    }
}
