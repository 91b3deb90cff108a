package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of one head say about where the message ends and what its connection becomes (RFC 9112, section 6,
 * and RFC 9110, section 7.6). It gathers while the fields are read, and decides when the last one has been. Anything
 * that two readers might take differently is a fault, never a guess. Reused.
 */
final class Framing {
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CONTINUE = ascii("100-continue");
    private static final byte[] TRAILERS = ascii("trailers");
    private static final byte[] H2C = ascii("h2c");
    private static final FieldLine TE_TRAILERS = FieldLine.of(FieldName.TE, "trailers");
    /** Names in all Connection fields together: each costs a walk over the fields. */
    private static final int MOST_OPTIONS = 32;
    private static final int LONGEST_LENGTH = 18;
    private static final int NONE = -1;

    private final boolean response;
    private final ValueList list = new ValueList();
    private int host = NONE;
    private int length = NONE;
    private int upgrade = NONE;
    private int connection = NONE;
    private long contentLength;
    private int options;
    private boolean zeroPadded;
    private boolean namesFields;
    private boolean coded;
    private boolean expects;
    private boolean close;
    private boolean keep;
    private boolean optionUpgrade;
    private boolean trailersWelcome;
    private boolean keepAlive;
    private boolean chunked;
    private boolean untilClose;

    Framing(boolean response) {
        this.response = response;
    }

    void reset() {
        host = NONE;
        length = NONE;
        upgrade = NONE;
        connection = NONE;
        contentLength = 0;
        options = 0;
        zeroPadded = false;
        namesFields = false;
        coded = false;
        expects = false;
        close = false;
        keep = false;
        optionUpgrade = false;
        trailersWelcome = false;
        keepAlive = false;
        chunked = false;
        untilClose = false;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    boolean chunked() {
        return chunked;
    }

    boolean untilClose() {
        return untilClose;
    }

    boolean expectContinue() {
        return expects && (chunked || contentLength > 0);
    }

    /**
     * Takes the field that was indexed last.
     *
     * @param kind of the field
     * @param head has the field at its last place
     * @return what is wrong, null if nothing
     */
    @Nullable HeadFault field(int kind, Head head) {
        int place = head.places() - 1;
        return switch (kind) {
            case FieldKind.HOST -> response ? null : host(head, place);
            case FieldKind.CONTENT_LENGTH -> length(head, place);
            case FieldKind.TRANSFER_ENCODING -> coding(head, place);
            case FieldKind.CONNECTION -> connection(head, place);
            case FieldKind.UPGRADE -> upgrade(head, place);
            case FieldKind.TE -> te(head, place);
            case FieldKind.EXPECT -> expect(head, place);
            case FieldKind.KEEP_ALIVE, FieldKind.CLOSE, FieldKind.HOP -> {
                head.removeAt(place);
                yield null;
            }
            default -> null;
        };
    }

    private @Nullable HeadFault host(Head head, int place) {
        if (host != NONE) {
            return HeadFault.HOSTS;
        }
        host = place;
        byte[] b = head.bytes();
        int from = head.valueOffset(place);
        int size = head.valueLength(place);
        if (Authority.isValid(b, from, size)) {
            return null;
        }
        for (int i = from; i < from + size; i++) {
            if (b[i] == '@') {
                return HeadFault.USER_INFO;
            }
        }
        return HeadFault.HOST;
    }

    private @Nullable HeadFault length(Head head, int place) {
        if (length != NONE) {
            return HeadFault.CONTENT_LENGTHS;
        }
        length = place;
        byte[] b = head.bytes();
        int from = head.valueOffset(place);
        int size = head.valueLength(place);
        zeroPadded = size > 1 && b[from] == '0';
        contentLength = length(b, from, size);
        return contentLength < 0 ? HeadFault.CONTENT_LENGTH : null;
    }

    /** {@return the value of a Content-Length, -1 if it is none that can be meant} */
    static long length(byte[] b, int from, int size) {
        int end = from + size;
        int zeros = from;
        while (zeros < end - 1 && b[zeros] == '0') {
            zeros++;
        }
        if (size == 0 || end - zeros > LONGEST_LENGTH) {
            return -1;
        }
        long value = 0;
        for (int i = zeros; i < end; i++) {
            int digit = b[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private @Nullable HeadFault coding(Head head, int place) {
        if (coded) {
            return HeadFault.CODINGS;
        }
        coded = true;
        if (!Octets.is(head.bytes(), head.valueOffset(place), head.valueLength(place), CHUNKED)) {
            return otherCoding(head, place);
        }
        head.removeAt(place);
        return null;
    }

    /**
     * RFC 9112, section 6.1: 501 for codings that are not understood, if they and the last one, chunked, are in order.
     */
    private HeadFault otherCoding(Head head, int place) {
        boolean last = false;
        int codings = 0;
        list.begin(head.bytes(), head.valueOffset(place), head.valueLength(place));
        while (list.next()) {
            if (last || !list.isToken()) {
                return HeadFault.CODING;
            }
            last = list.is(CHUNKED);
            codings++;
        }
        return last && codings > 1 ? HeadFault.UNKNOWN_CODING : HeadFault.CODING;
    }

    private @Nullable HeadFault connection(Head head, int place) {
        if (connection == NONE) {
            connection = place;
        } else {
            // Several lines are one list; the first line's place says only that there is one.
            namesFields = true;
        }
        byte[] b = head.bytes();
        list.begin(b, head.valueOffset(place), head.valueLength(place));
        while (list.next()) {
            if (!list.isToken() || ++options > MOST_OPTIONS) {
                return HeadFault.CONNECTION;
            }
            switch (FieldKind.of(b, list.offset(), list.length(), list.hash())) {
                case FieldKind.CLOSE -> close = true;
                case FieldKind.KEEP_ALIVE -> keep = true;
                case FieldKind.UPGRADE -> optionUpgrade = true;
                case FieldKind.TE, FieldKind.HOP -> {
                    // These are never passed on as they are, named or not.
                }
                case FieldKind.PLAIN, FieldKind.TRAILER -> namesFields = true;
                default -> {
                    // Servers are known to name Transfer-Encoding; clients that hide such fields are up to something.
                    if (!response) {
                        return HeadFault.END_TO_END;
                    }
                }
            }
        }
        return null;
    }

    private @Nullable HeadFault upgrade(Head head, int place) {
        if (upgrade != NONE) {
            return HeadFault.UPGRADE;
        }
        upgrade = place;
        int protocols = 0;
        list.begin(head.bytes(), head.valueOffset(place), head.valueLength(place));
        while (list.next()) {
            if (!list.isProtocol()) {
                return HeadFault.UPGRADE;
            }
            protocols++;
        }
        return protocols == 0 ? HeadFault.UPGRADE : null;
    }

    /** Only {@code trailers} means anything to the next hop: transfer codings are the gateway's own affair. */
    private @Nullable HeadFault te(Head head, int place) {
        list.begin(head.bytes(), head.valueOffset(place), head.valueLength(place));
        while (list.next()) {
            trailersWelcome |= !response && list.is(TRAILERS);
        }
        head.removeAt(place);
        return null;
    }

    private @Nullable HeadFault expect(Head head, int place) {
        if (!response) {
            if (expects || !Octets.is(head.bytes(), head.valueOffset(place), head.valueLength(place), CONTINUE)) {
                return HeadFault.EXPECT;
            }
            expects = true;
        }
        head.removeAt(place);
        return null;
    }

    /**
     * Decides for a request whose fields have all been read.
     *
     * @param head gets authority, content length and upgrade, and loses what is for this hop only
     * @param line the request line, in the head's block
     * @return what is wrong, null if nothing
     */
    @Nullable HeadFault request(Head head, RequestLine line) {
        boolean old = head.version() == 10;
        HeadFault fault = authority(head, line, old);
        if (fault == null) {
            fault = coded(old);
        }
        if (fault != null) {
            return fault;
        }
        // An HTTP/1.0 client doesn't know 100 (RFC 9110, section 10.1.1).
        expects &= !old;
        chunked = coded;
        head.contentLength(coded ? Head.UNKNOWN_LENGTH : contentLength);
        boolean body = coded || contentLength > 0;
        if (upgrade != NONE) {
            if (!old && optionUpgrade && !body && "GET".equals(head.method()) && !offersH2c(head)) {
                head.upgrade(true);
            } else {
                head.removeAt(upgrade);
            }
        }
        persistence(head, old);
        normalise(head);
        if (trailersWelcome) {
            head.add(TE_TRAILERS);
        }
        return null;
    }

    private @Nullable HeadFault authority(Head head, RequestLine line, boolean old) {
        int offset = line.authorityOffset();
        int size = line.authorityLength();
        if (host == NONE) {
            head.authority(offset, size);
            return old ? null : HeadFault.NO_HOST;
        }
        int value = head.valueOffset(host);
        int valueSize = head.valueLength(host);
        head.authority(value, valueSize);
        return size == 0 || sameHost(head.bytes(), offset, size, value, valueSize) ? null : HeadFault.OTHER_HOST;
    }

    static boolean sameHost(byte[] b, int one, int oneLength, int two, int twoLength) {
        if (oneLength != twoLength) {
            return false;
        }
        for (int i = 0; i < oneLength; i++) {
            byte x = b[one + i];
            byte y = b[two + i];
            // Both are valid authorities: folding touches letters only.
            if (x != y && Octets.token(x) != Octets.token(y)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable HeadFault coded(boolean old) {
        if (!coded) {
            return null;
        }
        if (old) {
            return HeadFault.OLD_CODING;
        }
        return length == NONE ? null : HeadFault.CODING_AND_LENGTH;
    }

    /** A connection that speaks HTTP/2 after a request that a filter saw would be past all filters. */
    private boolean offersH2c(Head head) {
        list.begin(head.bytes(), head.valueOffset(upgrade), head.valueLength(upgrade));
        while (list.next()) {
            if (list.is(H2C)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Decides for a response whose fields have all been read, RFC 9112, section 6.3.
     *
     * @param head gets content length and upgrade, and loses what is for this hop only
     * @param bodiless whether the request's method allows no body
     * @param tunnel whether the request's method makes a tunnel of the connection
     * @param switching whether the request asked for another protocol
     * @return what is wrong, null if nothing
     */
    @Nullable HeadFault response(Head head, boolean bodiless, boolean tunnel, boolean switching) {
        boolean old = head.version() == 10;
        HeadFault fault = coded(old);
        if (fault != null) {
            return fault;
        }
        int status = head.status();
        if (status == 101) {
            fault = switched(head, switching);
        } else if (tunnel && status / 100 == 2) {
            untilClose = true;
            head.contentLength(Head.UNKNOWN_LENGTH);
            dropLength(head);
        } else if (status < 200 || status == 204) {
            fault = coded || contentLength > 0 ? HeadFault.NO_BODY_ALLOWED : null;
            dropLength(head);
        } else if (bodiless || status == 304) {
            head.contentLength(0);
        } else if (coded) {
            chunked = true;
            head.contentLength(Head.UNKNOWN_LENGTH);
        } else if (length != NONE) {
            head.contentLength(contentLength);
        } else {
            untilClose = true;
            head.contentLength(Head.UNKNOWN_LENGTH);
        }
        if (upgrade != NONE && status != 101 && status != 426) {
            head.removeAt(upgrade);
        }
        persistence(head, old);
        normalise(head);
        return fault;
    }

    private @Nullable HeadFault switched(Head head, boolean switching) {
        if (!switching || !optionUpgrade || upgrade == NONE) {
            return HeadFault.SWITCHED;
        }
        if (coded || contentLength > 0) {
            return HeadFault.NO_BODY_ALLOWED;
        }
        dropLength(head);
        head.upgrade(true);
        untilClose = true;
        head.contentLength(Head.UNKNOWN_LENGTH);
        return null;
    }

    /** Leading zeros are digits like others, but a next hop may take them for octal. */
    private void normalise(Head head) {
        if (zeroPadded && head.live(length)) {
            head.removeAt(length);
            head.add(FieldName.CONTENT_LENGTH, Long.toString(contentLength));
        }
    }

    private void dropLength(Head head) {
        if (length != NONE) {
            head.removeAt(length);
        }
    }

    private void persistence(Head head, boolean old) {
        keepAlive = !close && !untilClose && (!old || keep);
        if (connection != NONE) {
            if (namesFields) {
                removeNamed(head);
            } else {
                head.removeAt(connection);
            }
        }
    }

    private void removeNamed(Head head) {
        byte[] b = head.bytes();
        for (int i = head.find(FieldName.CONNECTION, 0); i >= 0; i = head.find(FieldName.CONNECTION, i + 1)) {
            list.begin(b, head.valueOffset(i), head.valueLength(i));
            while (list.next()) {
                int hash = list.hash();
                int kind = FieldKind.of(b, list.offset(), list.length(), hash);
                if (kind == FieldKind.PLAIN || kind == FieldKind.TRAILER) {
                    remove(head, b, hash);
                }
            }
            head.removeAt(i);
        }
    }

    private void remove(Head head, byte[] b, int hash) {
        for (int i = 0; i < head.places(); i++) {
            if (head.hash(i) == hash && head.nameLength(i) == list.length()
                    && Octets.same(b, head.nameOffset(i), list.offset(), list.length())) {
                head.removeAt(i);
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
