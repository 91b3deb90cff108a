package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads field lines, RFC 9112, section 5: {@code name ":" OWS value OWS CR LF}. Names and values are checked eight bytes
 * at a time. Reused.
 */
final class FieldLines {
    /** What follows is the empty line that ends the fields. */
    static final int LAST = -3;

    /** As letters and digits: programs that put fields into variables fold all else to one character. */
    private static final List<byte[]> FRAMING = letters("contentlength", "transferencoding", "host", "connection",
            "upgrade", "expect", "trailer");
    private static final List<byte[]> CLAIMS = letters("xforwardedfor", "xforwardedhost", "xforwardedproto",
            "xforwardedport", "xrealip", "xrequestid", "forwarded", "authorization", "proxy");

    private final int maxFields;
    private final @Nullable Framing framing;
    private @Nullable HeadFault fault;

    /**
     * Makes a reader.
     *
     * @param maxFields the most fields
     * @param framing gets the fields that mean something to the codec; null for trailers, which may have none of them
     */
    FieldLines(int maxFields, @Nullable Framing framing) {
        this.maxFields = maxFields;
        this.framing = framing;
    }

    /** {@return what is wrong, after {@link RequestLine#FAULT}} */
    @Nullable HeadFault fault() {
        return fault;
    }

    /**
     * Reads a line.
     *
     * @param head gets the field
     * @param at where the line begins in the head's block
     * @param limit the number of bytes that have come
     * @return where the next line begins, {@link RequestLine#TORN} if the line is not whole and right so far,
     *     {@link RequestLine#FAULT} or {@link #LAST}
     */
    int read(Head head, int at, int limit) {
        byte[] b = head.bytes();
        int seen = 0;
        int i = Octets.endOfPlainName(b, at, limit);
        int c = 0;
        while (i < limit && (c = Octets.token(b[i])) != 0) {
            seen |= c;
            i++;
        }
        if (i == limit) {
            return RequestLine.TORN;
        }
        if (b[i] != ':' || i == at) {
            return i == at && b[i] == '\r' ? last(b, i, limit) : fault(nameFault(b[i], i == at, at));
        }
        int value = i + 1;
        while (value < limit && Octets.isBlank(b[value])) {
            value++;
        }
        int end = Octets.endOfValue(b, value, limit);
        if (end == limit || (b[end] == '\r' && end + 1 == limit)) {
            return RequestLine.TORN;
        }
        if (b[end] != '\r' || b[end + 1] != '\n') {
            return fault(b[end] == '\r' ? HeadFault.BARE_CR : b[end] == '\n' ? HeadFault.BARE_LF : HeadFault.CONTROL);
        }
        int next = end + 2;
        while (end > value && Octets.isBlank(b[end - 1])) {
            end--;
        }
        if (head.places() == maxFields) {
            return fault(HeadFault.MANY_FIELDS);
        }
        int hash = FieldName.hash(b, at, i - at);
        head.index(at, i - at, value, end - value, hash);
        HeadFault wrong = known(head, FieldKind.of(b, at, i - at, hash));
        if (wrong == null && seen < 0) {
            wrong = odd(head, b, at, i);
        }
        return wrong == null ? next : fault(wrong);
    }

    private int last(byte[] b, int at, int limit) {
        if (at + 1 == limit) {
            return RequestLine.TORN;
        }
        return b[at + 1] == '\n' ? LAST : fault(HeadFault.BARE_CR);
    }

    private @Nullable HeadFault known(Head head, int kind) {
        if (kind == FieldKind.PLAIN) {
            return null;
        }
        if (framing != null) {
            return framing.field(kind, head);
        }
        return kind < FieldKind.END_TO_END || isCredential(head) ? HeadFault.TRAILER : null;
    }

    private static boolean isCredential(Head head) {
        return head.contains(FieldName.AUTHORIZATION) || head.contains(FieldName.COOKIE);
    }

    /** Looks at a name with characters other than letters, digits and hyphens. */
    private @Nullable HeadFault odd(Head head, byte[] b, int from, int to) {
        if (looksLikeFraming(b, from, to)) {
            return HeadFault.LOOKALIKE;
        }
        if (looksLikeClaim(b, from, to)) {
            head.removeAt(head.places() - 1);
        }
        return null;
    }

    /** {@return whether a name may be mistaken for one that frames the message} */
    static boolean looksLikeFraming(byte[] b, int from, int to) {
        return isAmong(FRAMING, b, from, to);
    }

    /** {@return whether a name may be mistaken for one by which the gateway tells who the client is} */
    static boolean looksLikeClaim(byte[] b, int from, int to) {
        return isAmong(CLAIMS, b, from, to);
    }

    private static boolean isAmong(List<byte[]> words, byte[] b, int from, int to) {
        for (int w = 0; w < words.size(); w++) {
            byte[] word = words.get(w);
            int matched = 0;
            int i = from;
            for (; i < to && matched <= word.length; i++) {
                int c = Octets.token(b[i]);
                if (c > 0 && c != '-') {
                    matched = matched < word.length && word[matched] == c ? matched + 1 : word.length + 1;
                }
            }
            if (i == to && matched == word.length) {
                return true;
            }
        }
        return false;
    }

    private static HeadFault nameFault(byte c, boolean first, int at) {
        return switch (c) {
            case '\n' -> HeadFault.BARE_LF;
            case '\r' -> HeadFault.NAME;
            case ':' -> HeadFault.EMPTY_NAME;
            case ' ', '\t' -> first && at > 0 ? HeadFault.FOLDED : HeadFault.SPACE_IN_NAME;
            default -> Octets.isControl(c) ? HeadFault.CONTROL : HeadFault.NAME;
        };
    }

    private int fault(HeadFault fault) {
        this.fault = fault;
        return RequestLine.FAULT;
    }

    private static List<byte[]> letters(String... words) {
        return java.util.Arrays.stream(words).map(word -> word.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }
}
