package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;
import java.util.Arrays;

/**
 * Writes heads as HPACK (RFC 7541). A field goes to the dynamic table when it is sent for the second time, so that what
 * differs from message to message never drives out what does not. One for each connection.
 */
final class HpackEncoder extends FieldEncoder {
    /** More would be searched for longer than it saves. */
    static final int MOST_TABLE = 4096;

    private static final PseudoFields PSEUDO = new PseudoFields(1, 4, 2, 2, 3, 6);
    private static final int DATE = 33;

    private static final int STATIC = StaticTable.HPACK.last;
    private static final int INDEXED = 0x80;
    private static final int WITH_INDEXING = 0x40;
    private static final int RESIZE = 0x20;
    private static final int NEVER_INDEXED = 0x10;
    private static final int WITHOUT_INDEXING = 0;
    private static final int LONGEST_INDEXED = 512;
    private static final int STATUS_200 = 8;
    private static final int[] STATUSES = {200, 204, 206, 304, 400, 404, 500};
    private static final byte[] CONTENT_LENGTH = {'c', 'o', 'n', 't', 'e', 'n', 't', '-', 'l', 'e', 'n', 'g', 't', 'h'};

    private final DynamicTable table = new DynamicTable(MOST_TABLE);
    /** Hashes of fields that were sent once, or of others that took their place. */
    private final int[] seen = new int[64];
    private int smallest = MOST_TABLE;
    private boolean resized;

    HpackEncoder(Scratch scratch) {
        super(scratch, PSEUDO);
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

    @Override
    void begin() {
        super.begin();
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

    @Override
    void status(int status) {
        room(8);
        int known = Arrays.binarySearch(STATUSES, status);
        if (known >= 0) {
            out[at++] = (byte) (INDEXED | STATUS_200 + known);
            return;
        }
        value(WITHOUT_INDEXING, STATUS_200, digits(status), 0, 3);
    }

    @Override
    void protocol(byte[] protocol) {
        room(PROTOCOL.length + protocol.length + 16);
        out[at++] = WITHOUT_INDEXING;
        string(PROTOCOL, 0, PROTOCOL.length);
        string(protocol, 0, protocol.length);
    }

    @Override
    void indexed(int index) {
        room(2);
        out[at++] = (byte) (INDEXED | index);
    }

    @Override
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

    @Override
    void date(byte[] value, int offset, int length) {
        known(DATE, value, offset, length);
    }

    @Override
    void contentLength(byte[] digits, int offset, int length) {
        field(CONTENT_LENGTH, 0, CONTENT_LENGTH.length, FieldName.CONTENT_LENGTH.hash(), digits, offset, length, false);
    }

    @Override
    void field(byte[] b, int name, int nameLength, int hash, int value, int valueLength, boolean secret) {
        field(b, name, nameLength, hash, b, value, valueLength, secret);
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
        fold(names, name, nameLength, line);
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
        string(folded(names, name, nameLength), 0, nameLength);
        string(values, value, valueLength);
    }

    private void value(int form, int known, byte[] values, int value, int valueLength) {
        integer(form, form == WITH_INDEXING ? 6 : 4, known);
        string(values, value, valueLength);
    }

    private void string(byte[] bytes, int offset, int length) {
        string(0, 7, bytes, offset, length);
    }
}
