package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Arrays;

/**
 * Writes heads as QPACK (RFC 9204) by the static table alone: a head never waits for another stream, and nothing has to be
 * remembered for a connection. One for each loop.
 */
final class QpackEncoder {
    // Names of the static table.
    static final int DATE = 6;
    private static final int CONTENT_LENGTH = 4;
    private static final int STATUS = 24;

    private static final StaticTable TABLE = StaticTable.QPACK;
    private static final int INDEXED = 0xc0;
    private static final int NAMED = 0x50;
    private static final int NAMED_NEVER_INDEXED = 0x70;
    private static final int LITERAL = 0x20;
    private static final int LITERAL_NEVER_INDEXED = 0x30;
    private static final int CODED_NAME = 8;
    private static final FieldName SET_COOKIE = FieldName.of("set-cookie");

    private final HpackEncoder.Scratch scratch;
    private byte[] out;
    private int at;
    private boolean hasDate;

    QpackEncoder(HpackEncoder.Scratch scratch) {
        this.scratch = scratch;
        this.out = scratch.block;
    }

    /** Begins a field section. */
    void begin() {
        out = scratch.block;
        hasDate = false;
        // Section 4.5.1: no insert is required.
        out[0] = 0;
        out[1] = 0;
        at = 2;
    }

    /** {@return the section} */
    byte[] block() {
        return out;
    }

    /** {@return its length in bytes} */
    int length() {
        return at;
    }

    /** {@return whether the fields had a Date} */
    boolean hasDate() {
        return hasDate;
    }

    void status(int status) {
        byte[] digits = scratch.digits;
        digits[0] = (byte) ('0' + status / 100);
        digits[1] = (byte) ('0' + status / 10 % 10);
        digits[2] = (byte) ('0' + status % 10);
        known(STATUS, digits, 0, 3);
    }

    /**
     * Writes a field that is not a head's own, or a pseudo-field.
     *
     * @param index the first one of its name in the static table
     */
    void known(int index, byte[] value, int offset, int length) {
        room(length + 16);
        for (int i = index; i >= 0; i = TABLE.next(i)) {
            if (TABLE.hasValue(i, value, offset, length)) {
                integer(INDEXED, 6, i);
                return;
            }
        }
        integer(NAMED, 4, index);
        string(0x80, 7, 0, value, offset, length);
    }

    /** Writes the live fields of a head that HTTP/3 has. */
    void fields(Head head) {
        byte[] b = head.bytes();
        for (int i = 0, places = head.places(); i < places; i++) {
            int hash = head.hash(i);
            if (hash != 0) {
                int name = head.nameOffset(i);
                int length = head.nameLength(i);
                int kind = FieldKind.of(b, name, length, hash);
                if (kind == FieldKind.PLAIN || HpackEncoder.passes(kind, false)) {
                    hasDate |= kind == FieldKind.DATE;
                    boolean secret = kind != FieldKind.PLAIN ? HpackEncoder.isSecret(b, name, length)
                            : SET_COOKIE.hash() == hash && SET_COOKIE.matches(b, name, length);
                    field(b, name, length, hash, head.valueOffset(i), head.valueLength(i), secret);
                }
            }
        }
    }

    private void field(byte[] b, int name, int nameLength, int hash, int value, int valueLength, boolean secret) {
        int index = TABLE.find(b, name, nameLength, hash);
        if (index >= 0 && !secret) {
            known(index, b, value, valueLength);
            return;
        }
        room(nameLength + valueLength + 32);
        if (index >= 0) {
            integer(NAMED_NEVER_INDEXED, 4, index);
        } else {
            byte[] line = scratch.line;
            if (line.length < nameLength) {
                scratch.line = line = new byte[nameLength];
            }
            HpackEncoder.fold(b, name, nameLength, line, 0);
            string(CODED_NAME, 3, secret ? LITERAL_NEVER_INDEXED : LITERAL, line, 0, nameLength);
        }
        string(0x80, 7, 0, b, value, valueLength);
    }

    /** Writes a Content-Length. */
    void contentLength(long length) {
        byte[] digits = scratch.digits;
        int from = digits.length;
        long rest = length;
        do {
            digits[--from] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        known(CONTENT_LENGTH, digits, from, digits.length - from);
    }

    private void string(int codedBit, int prefix, int form, byte[] bytes, int offset, int length) {
        int coded = Huffman.encodedLength(bytes, offset, length);
        if (coded < length) {
            integer(form | codedBit, prefix, coded);
            at = Huffman.encode(bytes, offset, length, out, at);
        } else {
            integer(form, prefix, length);
            System.arraycopy(bytes, offset, out, at, length);
            at += length;
        }
    }

    private void integer(int form, int prefix, int value) {
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

    private void room(int bytes) {
        if (out.length - at < bytes) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, at + bytes));
            if (out.length <= 1 << 16) {
                scratch.block = out;
            }
        }
    }
}
