package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The semantic half of a head in HTTP/2 and HTTP/3 (RFC 9113, section 8; RFC 9114, section 4): takes the fields that a
 * decompressor lays into the head's own block, and decides when the last one has come. What HTTP/1.1 has to refuse is
 * refused here too, and by the same code, so that a head means the same however it came. Reused; one loop only.
 */
final class FieldSection {
    /** A bit beside a kind: the value is none that a field may have. */
    static final int BAD_VALUE = 0x100;

    // Kinds beside those of FieldKind.
    private static final int METHOD = 32;
    private static final int SCHEME = 33;
    private static final int PATH = 34;
    private static final int AUTHORITY = 35;
    private static final int STATUS = 36;
    private static final int PROTOCOL = 37;
    private static final int UNKNOWN_PSEUDO = 38;
    private static final int UPPER_CASE = 39;
    private static final int BAD_NAME = 40;
    private static final int LOOKALIKE = 41;
    private static final int CLAIM = 42;
    private static final int COOKIE = 43;
    private static final int PROXY_CONNECTION = 44;
    private static final int PRIORITY = 45;

    private static final byte[][] PSEUDO =
            {ascii(":method"), ascii(":scheme"), ascii(":path"), ascii(":authority"), ascii(":status"),
                    ascii(":protocol")};
    private static final FieldName PRIORITY_FIELD = FieldName.of("priority");
    private static final byte[] HOST_LINE = ascii("host: ");
    private static final byte[] COOKIE_LINE = ascii("cookie: ");
    private static final byte[] CONTINUE = ascii("100-continue");
    private static final byte[] TRAILERS = ascii("trailers");
    private static final byte[] WEBSOCKET = ascii("websocket");
    private static final byte[] HTTP = ascii("http");
    private static final byte[] HTTPS = ascii("https");
    private static final FieldLine UPGRADE_WEBSOCKET = FieldLine.of(FieldName.UPGRADE, "websocket");
    private static final FieldName WEBSOCKET_KEY = FieldName.of("sec-websocket-key");

    private enum Use {
        REQUEST, RESPONSE, TRAILERS
    }

    private final HeadLimits limits;
    private final int version;
    private final RequestLine requestLine;
    private final byte[] key = new byte[16];
    private Head head = new Head();
    private Use use = Use.REQUEST;
    private @Nullable HeadFault fault;
    private int end;
    private int size;
    private int pseudo;
    private boolean fields;
    private int path;
    private int pathLength;
    private int authority;
    private int authorityLength;
    private int host;
    private long contentLength;
    private boolean zeroPadded;
    private int cookies;
    private boolean expects;
    private int priority;

    FieldSection(HeadLimits limits) {
        this(limits, 20);
    }

    /**
     * Makes a section.
     *
     * @param version of the heads: 20 or 30
     */
    FieldSection(HeadLimits limits, int version) {
        this.limits = limits;
        this.version = version;
        this.requestLine = new RequestLine(limits.maxTarget());
    }

    void request(Head empty) {
        begin(empty, Use.REQUEST);
    }

    void response(Head empty) {
        begin(empty, Use.RESPONSE);
    }

    void trailers(Head empty) {
        begin(empty, Use.TRAILERS);
    }

    private void begin(Head empty, Use as) {
        head = empty;
        use = as;
        fault = null;
        end = 0;
        size = 0;
        pseudo = 0;
        fields = false;
        path = 0;
        pathLength = 0;
        authority = 0;
        authorityLength = 0;
        host = -1;
        contentLength = -1;
        zeroPadded = false;
        cookies = 0;
        expects = false;
        priority = Priority.NONE;
    }

    // ---- what a decompressor sees

    /** {@return where the next line goes in the block} */
    int end() {
        return end;
    }

    byte[] block() {
        return head.bytes();
    }

    /** {@return the block, with room up to there} */
    byte[] room(int to) {
        return head.block(to);
    }

    /** Takes a field of a table. */
    void line(byte[] lines, int start, int nameLength, int valueLength, int hash, int kind) {
        if (fault != null) {
            return; // one byte of a block may name a line of thousands, which is not copied for nothing
        }
        int length = nameLength + valueLength + 4;
        System.arraycopy(lines, start, head.block(end + length), end, length);
        accept(nameLength, valueLength, hash, kind);
    }

    /** Takes the field whose line was laid at {@link #end}; it is overwritten by the next one unless it is kept. */
    void accept(int nameLength, int valueLength, int hash, int kind) {
        size += nameLength + valueLength + 4;
        if (size > limits.maxHead() || size < 0) {
            refuse(HeadFault.LONG_HEAD);
            size = limits.maxHead() + 1;
        }
        if (fault != null) {
            return;
        }
        int value = end + nameLength + 2;
        if (kind >= BAD_VALUE) {
            refuse(HeadFault.VALUE);
        } else if (kind == FieldKind.PLAIN) {
            keep(nameLength, valueLength, hash);
        } else if (kind >= METHOD && kind <= UNKNOWN_PSEUDO) {
            pseudo(kind, value, valueLength);
        } else if (known(kind, value, valueLength)) {
            keep(nameLength, valueLength, hash);
        } else {
            fields = true;
        }
    }

    private void keep(int nameLength, int valueLength, int hash) {
        fields = true;
        if (head.places() == limits.maxFields()) {
            refuse(HeadFault.MANY_FIELDS);
            return;
        }
        head.index(end, nameLength, end + nameLength + 2, valueLength, hash);
        end += nameLength + valueLength + 4;
    }

    /** Says what is wrong, if nothing was wrong before. */
    private void refuse(HeadFault found) {
        if (fault == null) {
            fault = found;
        }
    }

    // ---- names and values

    /** {@return what a name means here} */
    static int kind(byte[] b, int offset, int length, int hash) {
        if (length > 0 && b[offset] == ':') {
            return pseudoKind(b, offset, length);
        }
        int seen = 0;
        for (int i = offset; i < offset + length; i++) {
            int c = Octets.token(b[i]);
            if (c == 0) {
                return BAD_NAME;
            }
            if (b[i] >= 'A' && b[i] <= 'Z') {
                return UPPER_CASE;
            }
            seen |= c;
        }
        if (length == 0) {
            return BAD_NAME;
        }
        if (seen < 0) {
            return FieldLines.looksLikeFraming(b, offset, offset + length) ? LOOKALIKE
                    : FieldLines.looksLikeClaim(b, offset, offset + length) ? CLAIM : FieldKind.PLAIN;
        }
        int kind = FieldKind.of(b, offset, length, hash);
        return switch (kind) {
            case FieldKind.END_TO_END -> FieldName.COOKIE.matches(b, offset, length) ? COOKIE : kind;
            case FieldKind.HOP -> FieldName.PROXY_CONNECTION.matches(b, offset, length) ? PROXY_CONNECTION : kind;
            case FieldKind.PLAIN -> PRIORITY_FIELD.matches(b, offset, length) ? PRIORITY : kind;
            default -> kind;
        };
    }

    private static int pseudoKind(byte[] b, int offset, int length) {
        for (int i = 0; i < PSEUDO.length; i++) {
            byte[] name = PSEUDO[i];
            if (name.length == length && java.util.Arrays.equals(name, 0, length, b, offset, offset + length)) {
                return METHOD + i;
            }
        }
        return UNKNOWN_PSEUDO;
    }

    /** {@return whether a field may have this value: RFC 9113, section 8.2.1} */
    static boolean isValue(byte[] b, int from, int to) {
        return from == to
                || (!Octets.isBlank(b[from]) && !Octets.isBlank(b[to - 1]) && Octets.endOfValue(b, from, to) == to);
    }

    // ---- single fields

    private void pseudo(int kind, int value, int length) {
        int bit = 1 << (kind - METHOD);
        boolean response = kind == STATUS;
        if (fields || (pseudo & bit) != 0 || kind == UNKNOWN_PSEUDO || use == Use.TRAILERS
                || response != (use == Use.RESPONSE)) {
            refuse(HeadFault.PSEUDO);
            return;
        }
        pseudo |= bit;
        byte[] b = head.bytes();
        switch (kind) {
            case METHOD -> method(b, value, length);
            case SCHEME -> {
                if (!Octets.is(b, value, length, HTTP) && !Octets.is(b, value, length, HTTPS)) {
                    refuse(HeadFault.SCHEME);
                }
            }
            case PATH -> {
                path = value;
                pathLength = length;
                end = value + length;
            }
            case AUTHORITY -> {
                authority = value;
                authorityLength = length;
                end = value + length;
            }
            case PROTOCOL -> {
                if (!Octets.is(b, value, length, WEBSOCKET)) {
                    refuse(HeadFault.PROTOCOL);
                }
            }
            default -> status(b, value, length);
        }
    }

    private void method(byte[] b, int value, int length) {
        boolean token = length > 0 && length <= RequestLine.LONGEST_METHOD;
        for (int i = value; i < value + length && token; i++) {
            token = Octets.token(b[i]) != 0;
        }
        if (token) {
            head.method(requestLine.method(b, value, length));
        } else {
            refuse(HeadFault.METHOD);
        }
    }

    private void status(byte[] b, int value, int length) {
        int status = 0;
        for (int i = value; i < value + length; i++) {
            int digit = b[i] - '0';
            status = digit < 0 || digit > 9 ? 1000 : status * 10 + digit;
        }
        if (length != 3 || status < 100 || status > 599) {
            refuse(HeadFault.NO_STATUS);
        } else if (status == 101) {
            refuse(HeadFault.SWITCHED); // RFC 9113, section 8.6
        } else {
            head.status(status);
        }
    }

    /** {@return whether a field that means something to the codec is kept} */
    private boolean known(int kind, int value, int length) {
        if (use == Use.TRAILERS) {
            if (kind < FieldKind.END_TO_END || kind >= METHOD || FieldName.AUTHORIZATION.matches(head.bytes(), end,
                    value - 2 - end)) {
                refuse(nameFault(kind, HeadFault.TRAILER));
            }
            return true;
        }
        byte[] b = head.bytes();
        switch (kind) {
            case FieldKind.HOST -> host(b, value, length);
            case FieldKind.CONTENT_LENGTH -> length(b, value, length);
            case FieldKind.TE -> {
                if (!Octets.is(b, value, length, TRAILERS)) {
                    refuse(HeadFault.TE);
                }
                return use == Use.REQUEST;
            }
            case FieldKind.EXPECT -> {
                expects = use == Use.REQUEST;
                if (expects && !Octets.is(b, value, length, CONTINUE)) {
                    refuse(HeadFault.EXPECT);
                }
                return false;
            }
            case FieldKind.CONNECTION, FieldKind.KEEP_ALIVE, FieldKind.TRANSFER_ENCODING, FieldKind.UPGRADE,
                    PROXY_CONNECTION ->
                refuse(HeadFault.HOP_FIELD);
            case FieldKind.HOP, FieldKind.CLOSE, CLAIM -> {
                return false;
            }
            case COOKIE -> cookies++;
            case PRIORITY -> priority = Priority.parse(b, value, length);
            case UPPER_CASE, BAD_NAME, LOOKALIKE -> refuse(nameFault(kind, HeadFault.NAME));
            default -> {
                // passed on
            }
        }
        return fault == null && (kind != FieldKind.HOST || use == Use.RESPONSE || host == end);
    }

    private static HeadFault nameFault(int kind, HeadFault other) {
        return switch (kind) {
            case UPPER_CASE -> HeadFault.UPPER_CASE;
            case BAD_NAME -> HeadFault.NAME;
            case LOOKALIKE -> HeadFault.LOOKALIKE;
            default -> other;
        };
    }

    /** With an authority the field only has to agree: the line that goes on is made of the authority. */
    private void host(byte[] b, int value, int length) {
        if (use == Use.RESPONSE) {
            return;
        }
        if (host >= 0) {
            refuse(HeadFault.HOSTS);
        } else if (!Authority.isValid(b, value, length)) {
            refuse(HeadFault.HOST);
        } else if ((pseudo & (1 << (AUTHORITY - METHOD))) == 0) {
            host = end;
            authority = value;
            authorityLength = length;
        } else if (!Framing.sameHost(b, authority, authorityLength, value, length)) {
            refuse(HeadFault.OTHER_HOST);
        } else {
            host = 0;
        }
    }

    private void length(byte[] b, int value, int length) {
        if (contentLength >= 0) {
            refuse(HeadFault.CONTENT_LENGTHS);
            return;
        }
        contentLength = Framing.length(b, value, length);
        zeroPadded = length > 1 && b[value] == '0';
        if (contentLength < 0) {
            refuse(HeadFault.CONTENT_LENGTH);
        }
    }

    // ---- the end

    /**
     * Ends a request's head.
     *
     * @param last whether no body follows
     * @return what is wrong, null if nothing
     */
    @Nullable HeadFault finishRequest(boolean last) {
        if (fault == null) {
            boolean connect = "CONNECT".equals(head.method()) && has(METHOD);
            if (connect && !has(PROTOCOL)) {
                fault = has(PATH) || has(SCHEME) || !has(AUTHORITY) ? HeadFault.PSEUDO : HeadFault.CONNECT;
            } else if (!has(METHOD) || !has(SCHEME) || !has(PATH) || (has(PROTOCOL) && !connect)) {
                fault = HeadFault.NO_PSEUDO;
            } else {
                target();
            }
        }
        if (fault == null && authorityLength == 0) {
            fault = HeadFault.NO_HOST;
        }
        if (fault == null && !Authority.isValid(head.bytes(), authority, authorityLength)) {
            fault = HeadFault.HOST;
        }
        if (fault == null) {
            complete(last);
        }
        head.version(version);
        head.linesEnd(end);
        return fault;
    }

    private boolean has(int kind) {
        return (pseudo & (1 << (kind - METHOD))) != 0;
    }

    private void target() {
        byte[] b = head.bytes();
        int limit = path + pathLength;
        if (pathLength > limits.maxTarget()) {
            fault = HeadFault.LONG_TARGET;
            return;
        }
        if (pathLength > 0 && b[path] == '*') {
            if (pathLength > 1 || !"OPTIONS".equals(head.method())) {
                fault = HeadFault.TARGET;
            }
            head.target(path, 1, 1);
            return;
        }
        int afterPath = RequestLine.endOfPath(b, path, limit);
        int afterQuery = RequestLine.endOfQuery(b, afterPath, limit);
        if (afterQuery < limit) {
            fault = RequestLine.targetFault(b[afterQuery]);
        } else if (pathLength == 0 || b[path] != '/') {
            fault = HeadFault.TARGET;
        }
        head.target(path, pathLength, afterPath - path);
    }

    private void complete(boolean last) {
        if (host <= 0) {
            appendHost();
        } else {
            head.authority(authority, authorityLength);
        }
        if (cookies > 1) {
            joinCookies();
        }
        if (last && contentLength > 0) {
            fault = HeadFault.CONTENT_LENGTH;
        }
        head.contentLength(last ? 0 : contentLength >= 0 ? contentLength : Head.UNKNOWN_LENGTH);
        normalise();
        if (has(PROTOCOL)) {
            webSocket(last);
        }
    }

    private void appendHost() {
        int length = authorityLength;
        byte[] b = head.block(end + HOST_LINE.length + length + 2);
        System.arraycopy(HOST_LINE, 0, b, end, HOST_LINE.length);
        int value = end + HOST_LINE.length;
        System.arraycopy(b, authority, b, value, length);
        endLine(b, value + length);
        head.index(end, HOST_LINE.length - 2, value, length, FieldName.HOST.hash());
        head.authority(value, length);
        end = value + length + 2;
    }

    private static void endLine(byte[] b, int at) {
        b[at] = '\r';
        b[at + 1] = '\n';
    }

    /** RFC 9113, section 8.2.3: crumbs are one field for whoever is not HTTP/2. */
    private void joinCookies() {
        int length = COOKIE_LINE.length;
        for (int i = head.find(FieldName.COOKIE, 0); i >= 0; i = head.find(FieldName.COOKIE, i + 1)) {
            length += head.valueLength(i) + 2;
        }
        byte[] b = head.block(end + length);
        System.arraycopy(COOKIE_LINE, 0, b, end, COOKIE_LINE.length);
        int value = end + COOKIE_LINE.length;
        int at = value;
        for (int i = head.find(FieldName.COOKIE, 0); i >= 0; i = head.find(FieldName.COOKIE, i + 1)) {
            if (at > value) {
                b[at++] = ';';
                b[at++] = ' ';
            }
            System.arraycopy(b, head.valueOffset(i), b, at, head.valueLength(i));
            at += head.valueLength(i);
            head.removeAt(i);
        }
        endLine(b, at);
        head.index(end, COOKIE_LINE.length - 2, value, at - value, FieldName.COOKIE.hash());
        end = at + 2;
    }

    /** RFC 8441, section 5: for everyone behind the codec it is the request that HTTP/1.1 would have made. */
    private void webSocket(boolean last) {
        if (last || contentLength > 0) {
            fault = HeadFault.PSEUDO;
            return;
        }
        head.linesEnd(end);
        head.method("GET");
        head.upgrade(true);
        head.contentLength(0);
        head.remove(FieldName.CONTENT_LENGTH);
        head.remove(WEBSOCKET_KEY);
        head.add(UPGRADE_WEBSOCKET);
        ThreadLocalRandom.current().nextBytes(key); // only so that caches do not answer (RFC 6455, section 10.3)
        byte[] encoded = Base64.getEncoder().encode(key);
        head.add(WEBSOCKET_KEY, encoded, encoded.length);
        end = head.linesEnd();
    }

    /**
     * Ends a response's head.
     *
     * @param last whether no body follows
     * @param bodiless whether the request's method allows no body
     * @return what is wrong, null if nothing
     */
    @Nullable HeadFault finishResponse(boolean last, boolean bodiless) {
        if (fault == null && !has(STATUS)) {
            fault = HeadFault.NO_STATUS;
        }
        int status = head.status();
        boolean empty = bodiless || status == 204 || status == 304;
        if (fault == null && last && !empty && contentLength > 0) {
            fault = HeadFault.CONTENT_LENGTH;
        }
        if (status < 200 || status == 204) {
            if (contentLength > 0) {
                refuse(HeadFault.NO_BODY_ALLOWED);
            }
            head.remove(FieldName.CONTENT_LENGTH);
        }
        head.contentLength(last || empty ? 0 : contentLength >= 0 ? contentLength : Head.UNKNOWN_LENGTH);
        normalise();
        head.version(version);
        head.linesEnd(end);
        return fault;
    }

    /** Leading zeros are digits like others, but a next hop may take them for octal. */
    private void normalise() {
        if (zeroPadded && head.remove(FieldName.CONTENT_LENGTH)) {
            head.linesEnd(end);
            head.add(FieldName.CONTENT_LENGTH, Long.toString(contentLength));
            end = head.linesEnd();
        }
    }

    /** Ends trailers. {@return what is wrong, null if nothing} */
    @Nullable HeadFault finishTrailers() {
        head.version(version);
        head.linesEnd(end);
        return fault;
    }

    /** {@return the length that the head announces, -1 if it does not} */
    long contentLength() {
        return contentLength;
    }

    boolean expectContinue() {
        return expects;
    }

    /** {@return what the field Priority says, as {@link Priority} has it} */
    int priority() {
        return priority;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
