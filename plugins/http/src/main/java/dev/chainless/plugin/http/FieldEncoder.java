package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Arrays;

/**
 * What HPACK and QPACK write alike: which fields of a head are sent, and how strings and integers look. On one loop only; the
 * bytes are laid into an array that the loop's connections share.
 */
abstract class FieldEncoder {
    private static final FieldName SET_COOKIE = FieldName.of("set-cookie");
    private static final byte[] WEBSOCKET = "websocket".getBytes(ISO_8859_1);
    static final byte[] PROTOCOL = ":protocol".getBytes(ISO_8859_1);

    final Scratch scratch;
    private final PseudoFields pseudo;
    byte[] out;
    int at;
    private boolean hasDate;

    /** Arrays that the connections of a loop use one after another, each for the time of one head. */
    static final class Scratch {
        byte[] block = new byte[4096];
        byte[] line = new byte[1024];
        final byte[] digits = new byte[20];
    }

    /**
     * Where the fields that begin each request stand in a static table.
     *
     * @param method the first one of that name
     * @param get {@code :method} with its value, {@code post} likewise
     * @param http {@code :scheme} with its value; that of a secure one is the next
     */
    record PseudoFields(int authority, int path, int method, int get, int post, int http) {}

    FieldEncoder(Scratch scratch, PseudoFields pseudo) {
        this.scratch = scratch;
        this.pseudo = pseudo;
        this.out = scratch.block;
    }

    /** Begins a field block. */
    void begin() {
        out = scratch.block;
        at = 0;
        hasDate = false;
    }

    /** {@return the block} */
    final byte[] block() {
        return out;
    }

    /** {@return its length in bytes} */
    final int length() {
        return at;
    }

    abstract void status(int status);

    /** Writes a field that stands in the static table. */
    abstract void indexed(int index);

    /**
     * Writes a field whose name stands in the static table.
     *
     * @param index the first one of its name
     */
    abstract void known(int index, byte[] value, int offset, int length);

    final void method(String method) {
        switch (method) {
            case "GET" -> indexed(pseudo.get());
            case "POST" -> indexed(pseudo.post());
            default -> {
                byte[] bytes = method.getBytes(ISO_8859_1);
                known(pseudo.method(), bytes, 0, bytes.length);
            }
        }
    }

    final void scheme(boolean secure) {
        indexed(secure ? pseudo.http() + 1 : pseudo.http());
    }

    final void authority(byte[] value, int offset, int length) {
        known(pseudo.authority(), value, offset, length);
    }

    final void path(byte[] value, int offset, int length) {
        known(pseudo.path(), value, offset, length);
    }

    /** Writes the pseudo-field of an extended CONNECT. */
    abstract void protocol(byte[] protocol);

    /** Writes the live fields of a head that this version has; those of a request without Host. */
    final void fields(Head head) {
        fields(head, head.status() == 0);
    }

    /** Writes a field that is not a head's own. */
    abstract void date(byte[] value, int offset, int length);

    /** Writes a field that is not a head's own. */
    abstract void contentLength(byte[] digits, int offset, int length);

    abstract void field(byte[] b, int name, int nameLength, int hash, int value, int valueLength, boolean secret);

    /**
     * Writes the head of a request, with a Content-Length if one is known. What HTTP/1.1 calls an upgrade is an extended
     * CONNECT (RFC 8441, RFC 9220).
     *
     * @param head loses what it says of a length that is not known
     * @param secure whether the connection is encrypted
     */
    final void request(Head head, boolean secure) {
        long length = head.contentLength();
        boolean tunnel = head.upgrade();
        if (length == Head.UNKNOWN_LENGTH || tunnel) {
            head.remove(FieldName.CONTENT_LENGTH);
        }
        begin();
        method(tunnel ? "CONNECT" : head.method());
        if (tunnel) {
            protocol(WEBSOCKET);
        }
        scheme(secure);
        authority(head.authorityBytes(), head.authorityOffset(), head.authorityLength());
        path(head.targetBytes(), head.targetOffset(), head.targetLength());
        fields(head);
        if (length > 0 && !tunnel && !head.contains(FieldName.CONTENT_LENGTH)) {
            contentLength(length);
        }
    }

    /**
     * Writes the head of a final response, with a Date, and with a Content-Length if one is known and the body is sent.
     *
     * @param head loses what it says of a length that is not true
     * @param bodyless whether no body follows, whatever the length
     * @param writer knows the date
     */
    final void response(Head head, boolean bodyless, HeadWriter writer) {
        long length = head.contentLength();
        if (head.status() == 204 || (!bodyless && length <= 0)) {
            // Whatever a stage left there: the length that is true, if any, is written anew.
            head.remove(FieldName.CONTENT_LENGTH);
        } else {
            dropWrongLength(head);
        }
        begin();
        status(head.status());
        fields(head);
        if (!hasDate) {
            // RFC 9110, section 6.6.1: who passes on a response without a Date adds one.
            byte[] date = writer.dateLine();
            date(date, HeadWriter.DATE_OFFSET, date.length - HeadWriter.DATE_OFFSET - 2);
        }
        if (!bodyless && length >= 0 && !head.contains(FieldName.CONTENT_LENGTH)) {
            contentLength(length);
        }
    }

    /** Leaves no Content-Length, or one that is true. */
    private static void dropWrongLength(Head head) {
        boolean found = false;
        for (int i = head.find(FieldName.CONTENT_LENGTH, 0); i >= 0; i = head.find(FieldName.CONTENT_LENGTH, i + 1)) {
            if (found || HeadWriter.contradicts(head, i)) {
                head.removeAt(i);
            } else {
                found = true;
            }
        }
    }

    private void fields(Head head, boolean request) {
        byte[] b = head.bytes();
        for (int i = 0, places = head.places(); i < places; i++) {
            int hash = head.hash(i);
            if (hash != 0) {
                int name = head.nameOffset(i);
                int length = head.nameLength(i);
                int kind = FieldKind.of(b, name, length, hash);
                if (kind == FieldKind.PLAIN || passes(kind, request)) {
                    hasDate |= kind == FieldKind.DATE;
                    boolean secret = kind != FieldKind.PLAIN ? isSecret(b, name, length)
                            : hash == SET_COOKIE.hash() && SET_COOKIE.matches(b, name, length);
                    field(b, name, length, hash, head.valueOffset(i), head.valueLength(i), secret);
                }
            }
        }
    }

    /** {@return whether a field of this kind is sent in HTTP/2 and HTTP/3} */
    private static boolean passes(int kind, boolean request) {
        return switch (kind) {
            case FieldKind.CONNECTION, FieldKind.TRANSFER_ENCODING, FieldKind.KEEP_ALIVE, FieldKind.CLOSE,
                    FieldKind.UPGRADE, FieldKind.HOP ->
                false;
            case FieldKind.HOST -> !request;
            case FieldKind.TE -> request;
            default -> true;
        };
    }

    /** RFC 7541, section 7.1.3: what must not be guessed by watching sizes. */
    private static boolean isSecret(byte[] b, int name, int length) {
        return FieldName.AUTHORIZATION.matches(b, name, length) || FieldName.COOKIE.matches(b, name, length);
    }

    /** Writes a Content-Length. */
    final void contentLength(long length) {
        byte[] digits = scratch.digits;
        int from = digits.length;
        long rest = length;
        do {
            digits[--from] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        contentLength(digits, from, digits.length - from);
    }

    /** {@return the three digits of a status, from 0 on} */
    final byte[] digits(int status) {
        byte[] digits = scratch.digits;
        digits[0] = (byte) ('0' + status / 100);
        digits[1] = (byte) ('0' + status / 10 % 10);
        digits[2] = (byte) ('0' + status % 10);
        return digits;
    }

    /** {@return an array that begins with the name in lower case, as these versions have it} */
    final byte[] folded(byte[] names, int name, int length) {
        byte[] line = scratch.line;
        if (line.length < length) {
            scratch.line = line = new byte[length];
        }
        fold(names, name, length, line);
        return line;
    }

    /** Copies a name in lower case to the beginning of an array. */
    static void fold(byte[] names, int name, int length, byte[] target) {
        for (int i = 0; i < length; i++) {
            target[i] = (byte) (Octets.token(names[name + i]) < 0 || names[name + i] == ':'
                    ? names[name + i] : Octets.token(names[name + i]));
        }
    }

    /**
     * Writes a string (RFC 7541, section 5.2), coded if that is shorter.
     *
     * @param form the bits above those of the length, without the one right above, which says that it is coded
     * @param prefix how many bits of the first byte the length has
     */
    final void string(int form, int prefix, byte[] bytes, int offset, int length) {
        int coded = Huffman.encodedLength(bytes, offset, length);
        if (coded < length) {
            integer(form | 1 << prefix, prefix, coded);
            at = Huffman.encode(bytes, offset, length, out, at);
        } else {
            integer(form, prefix, length);
            System.arraycopy(bytes, offset, out, at, length);
            at += length;
        }
    }

    /** RFC 7541, section 5.1. */
    final void integer(int form, int prefix, int value) {
        int most = (1 << prefix) - 1;
        if (value < most) {
            out[at++] = (byte) (form | value);
            return;
        }
        out[at++] = (byte) (form | most);
        int rest = value - most;
        while (rest >= 0x80) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
    }

    final void room(int bytes) {
        if (out.length - at < bytes) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, at + bytes));
            if (out.length <= 1 << 16) {
                scratch.block = out;
            }
        }
    }
}
