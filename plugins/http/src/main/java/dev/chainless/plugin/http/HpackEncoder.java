package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Arrays;

/**
 * Writes heads as HPACK (RFC 7541). A field goes to the dynamic table when it is sent for the second time, so that what
 * differs from message to message never drives out what does not. One for each connection, on its loop only; the bytes
 * are laid into an array that the loop's connections share.
 */
final class HpackEncoder {
    /** More would be searched for longer than it saves. */
    static final int MOST_TABLE = 4096;

    // Names of the static table.
    static final int AUTHORITY = 1;
    static final int METHOD = 2;
    static final int PATH = 4;
    static final int SCHEME = 6;
    static final int DATE = 33;

    private static final int STATIC = StaticTable.HPACK.last;
    private static final int INDEXED = 0x80;
    private static final int WITH_INDEXING = 0x40;
    private static final int RESIZE = 0x20;
    private static final int NEVER_INDEXED = 0x10;
    private static final int WITHOUT_INDEXING = 0;
    private static final int LONGEST_INDEXED = 512;
    private static final int STATUS_200 = 8;
    private static final int[] STATUSES = {200, 204, 206, 304, 400, 404, 500};
    private static final byte[] PROTOCOL = {':', 'p', 'r', 'o', 't', 'o', 'c', 'o', 'l'};
    private static final byte[] CONTENT_LENGTH = {'c', 'o', 'n', 't', 'e', 'n', 't', '-', 'l', 'e', 'n', 'g', 't', 'h'};

    private static final FieldName SET_COOKIE = FieldName.of("set-cookie");

    private final Scratch scratch;
    private final DynamicTable table = new DynamicTable(MOST_TABLE);
    /** Hashes of fields that were sent once, or of others that took their place. */
    private final int[] seen = new int[64];
    private int smallest = MOST_TABLE;
    private boolean resized;
    private byte[] out;
    private int at;
    private boolean hasDate;

    /** Arrays that the connections of a loop use one after another, each for the time of one head. */
    static final class Scratch {
        byte[] block = new byte[4096];
        byte[] line = new byte[1024];
        final byte[] digits = new byte[20];
    }

    HpackEncoder(Scratch scratch) {
        this.scratch = scratch;
        this.out = scratch.block;
    }

    /** The peer's table may have this size from now on. */
    void maxTable(long bytes) {
        int size = (int) Math.min(bytes, MOST_TABLE);
        if (size != table.maxSize()) {
            smallest = Math.min(smallest, size);
            table.maxSize(size);
            resized = true;
        }
    }

    /** Begins a field block. */
    void begin() {
        out = scratch.block;
        at = 0;
        hasDate = false;
        if (resized) {
            resized = false;
            room(12);
            // RFC 7541, section 4.2: the smallest size in between has emptied the peer's table too.
            if (smallest < table.maxSize()) {
                integer(RESIZE, 5, smallest);
            }
            integer(RESIZE, 5, table.maxSize());
            smallest = table.maxSize();
        }
    }

    /** {@return the block} */
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
        room(8);
        int known = Arrays.binarySearch(STATUSES, status);
        if (known >= 0) {
            out[at++] = (byte) (INDEXED | STATUS_200 + known);
            return;
        }
        byte[] digits = scratch.digits;
        digits[0] = (byte) ('0' + status / 100);
        digits[1] = (byte) ('0' + status / 10 % 10);
        digits[2] = (byte) ('0' + status % 10);
        value(WITHOUT_INDEXING, STATUS_200, digits, 0, 3);
    }

    void method(String method) {
        switch (method) {
            case "GET" -> indexed(METHOD);
            case "POST" -> indexed(METHOD + 1);
            default -> {
                byte[] bytes = method.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                known(METHOD, bytes, 0, bytes.length);
            }
        }
    }

    void scheme(boolean secure) {
        indexed(secure ? SCHEME + 1 : SCHEME);
    }

    /** Writes the pseudo-field of an extended CONNECT. */
    void protocol(byte[] protocol) {
        room(PROTOCOL.length + protocol.length + 16);
        out[at++] = WITHOUT_INDEXING;
        string(PROTOCOL, 0, PROTOCOL.length);
        string(protocol, 0, protocol.length);
    }

    private void indexed(int index) {
        room(2);
        out[at++] = (byte) (INDEXED | index);
    }

    /**
     * Writes a field that is not a head's own, or a pseudo-field.
     *
     * @param index of its name in the static table
     */
    void known(int index, byte[] value, int offset, int length) {
        StaticTable names = StaticTable.HPACK;
        for (int i = index; i <= index + 1; i++) {
            if (names.hash(i) == names.hash(index) && names.hasValue(i, value, offset, length)) {
                indexed(i);
                return;
            }
        }
        field(names.lines, names.start(index), names.nameLength(index), names.hash(index), value, offset, length,
                false);
    }

    /** Writes the live fields of a head that HTTP/2 has; those of a request without Host. */
    void fields(Head head) {
        byte[] b = head.bytes();
        boolean request = head.status() == 0;
        for (int i = 0, places = head.places(); i < places; i++) {
            int hash = head.hash(i);
            if (hash != 0) {
                int name = head.nameOffset(i);
                int length = head.nameLength(i);
                int kind = FieldKind.of(b, name, length, hash);
                if (kind == FieldKind.PLAIN || passes(kind, request)) {
                    hasDate |= kind == FieldKind.DATE;
                    boolean secret = kind != FieldKind.PLAIN ? isSecret(b, name, length) : hash == SET_COOKIE.hash();
                    field(b, name, length, hash, b, head.valueOffset(i), head.valueLength(i), secret);
                }
            }
        }
    }

    /** {@return whether a field of this kind is sent in HTTP/2 and HTTP/3} */
    static boolean passes(int kind, boolean request) {
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
    static boolean isSecret(byte[] b, int name, int length) {
        return FieldName.AUTHORIZATION.matches(b, name, length) || FieldName.COOKIE.matches(b, name, length);
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
        field(CONTENT_LENGTH, 0, CONTENT_LENGTH.length, FieldName.CONTENT_LENGTH.hash(), digits, from,
                digits.length - from, false);
    }

    private void field(byte[] names, int name, int nameLength, int hash, byte[] values, int value, int valueLength,
            boolean secret) {
        room(nameLength + valueLength + 16);
        int known = StaticTable.HPACK.find(names, name, nameLength, hash);
        if (secret || nameLength + valueLength > LONGEST_INDEXED) {
            literal(secret ? NEVER_INDEXED : WITHOUT_INDEXING, known, names, name, nameLength, values, value,
                    valueLength);
            return;
        }
        int key = hash * 31;
        for (int i = value; i < value + valueLength; i++) {
            key = key * 31 + values[i];
        }
        int entry = table.find(key, names, name, nameLength, values, value, valueLength);
        if (entry >= 0) {
            integer(INDEXED, 7, STATIC + 1 + entry);
        } else if (seen[key & 63] != key) {
            seen[key & 63] = key;
            literal(WITHOUT_INDEXING, known, names, name, nameLength, values, value, valueLength);
        } else {
            literal(WITH_INDEXING, known, names, name, nameLength, values, value, valueLength);
            remember(names, name, nameLength, hash, values, value, valueLength, key);
        }
    }

    private void remember(byte[] names, int name, int nameLength, int hash, byte[] values, int value, int valueLength,
            int key) {
        byte[] line = scratch.line;
        if (line.length < nameLength + valueLength + 4) {
            line = new byte[nameLength + valueLength + 4];
        }
        fold(names, name, nameLength, line, 0);
        System.arraycopy(values, value, line, nameLength + 2, valueLength);
        table.add(line, 0, nameLength, valueLength, hash, key);
    }

    private void literal(int form, int known, byte[] names, int name, int nameLength, byte[] values, int value,
            int valueLength) {
        int prefix = form == WITH_INDEXING ? 6 : 4;
        if (known > 0) {
            value(form, known, values, value, valueLength);
            return;
        }
        integer(form, prefix, 0);
        byte[] line = scratch.line;
        if (line.length < nameLength) {
            scratch.line = line = new byte[nameLength];
        }
        fold(names, name, nameLength, line, 0);
        string(line, 0, nameLength);
        string(values, value, valueLength);
    }

    private void value(int form, int known, byte[] values, int value, int valueLength) {
        integer(form, form == WITH_INDEXING ? 6 : 4, known);
        string(values, value, valueLength);
    }

    /** Copies a name in lower case, as these versions have it. */
    static void fold(byte[] names, int name, int length, byte[] target, int to) {
        for (int i = 0; i < length; i++) {
            target[to + i] = (byte) (Octets.token(names[name + i]) < 0 || names[name + i] == ':'
                    ? names[name + i] : Octets.token(names[name + i]));
        }
    }

    private void string(byte[] bytes, int offset, int length) {
        int coded = Huffman.encodedLength(bytes, offset, length);
        if (coded < length) {
            integer(0x80, 7, coded);
            at = Huffman.encode(bytes, offset, length, out, at);
        } else {
            integer(0, 7, length);
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
