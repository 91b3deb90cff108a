package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;

/**
 * Reads QPACK (RFC 9204) straight into a {@link FieldSection}. The dynamic table that peers are allowed has no room, so that
 * a field section refers to the static table or to nothing, and none ever waits for another stream. One loop only.
 */
final class QpackDecoder {
    private static final StaticTable TABLE = StaticTable.QPACK;
    /** No count or length of a peer that means well needs more; a longer one is refused before it overflows. */
    private static final int MOST_BITS = 28;

    private int next;
    private boolean bad;

    /**
     * Reads a whole field section.
     *
     * @param in holds it
     * @param from its first byte
     * @param to just past its last
     * @param section gets the fields
     * @return false if it is no QPACK, or refers to the dynamic table: the connection cannot go on
     */
    boolean decode(byte[] in, int from, int to, FieldSection section) {
        next = from;
        bad = false;
        // Section 4.5.1: without a dynamic table no insert is required, and then the base means nothing.
        if (from >= to || integer(in, to, 8) != 0 || bad || next >= to) {
            return false;
        }
        integer(in, to, 7);
        while (next < to && !bad) {
            int first = in[next];
            if (first < 0) {
                indexed((first & 0x40) != 0, integer(in, to, 6), section);
            } else if ((first & 0x40) != 0) {
                named(in, to, (first & 0x10) != 0, integer(in, to, 4), section);
            } else if ((first & 0x20) != 0) {
                literal(in, to, section);
            } else {
                bad = true; // refers past the base, into the dynamic table
            }
        }
        return !bad;
    }

    private void indexed(boolean fixed, int index, FieldSection section) {
        if (bad || !fixed || index > TABLE.last) {
            bad = true;
        } else {
            section.line(TABLE.lines, TABLE.start(index), TABLE.nameLength(index), TABLE.valueLength(index),
                    TABLE.hash(index), TABLE.kind(index));
        }
    }

    private void named(byte[] in, int to, boolean fixed, int index, FieldSection section) {
        if (bad || !fixed || index > TABLE.last) {
            bad = true;
            return;
        }
        int at = section.end();
        int nameLength = TABLE.nameLength(index);
        System.arraycopy(TABLE.lines, TABLE.start(index), section.room(at + nameLength), at, nameLength);
        value(in, to, section, nameLength, TABLE.hash(index), TABLE.kind(index));
    }

    private void literal(byte[] in, int to, FieldSection section) {
        int at = section.end();
        int nameLength = string(in, to, 3, section, at) - at;
        if (!bad) {
            byte[] block = section.block();
            int hash = FieldName.hash(block, at, nameLength);
            value(in, to, section, nameLength, hash, FieldSection.kind(block, at, nameLength, hash));
        }
    }

    private void value(byte[] in, int to, FieldSection section, int nameLength, int hash, int kind) {
        int value = section.end() + nameLength + 2;
        int end = string(in, to, 7, section, value);
        if (bad) {
            return;
        }
        byte[] block = section.room(end + 2);
        block[value - 2] = ':';
        block[value - 1] = ' ';
        block[end] = '\r';
        block[end + 1] = '\n';
        int valued = FieldSection.isValue(block, value, end) ? kind : kind | FieldSection.BAD_VALUE;
        section.accept(nameLength, end - value, hash, valued);
    }

    /** {@return just past the string, which is put to the block at that place} The bit above the prefix says how it is coded. */
    private int string(byte[] in, int to, int prefix, FieldSection section, int at) {
        if (next >= to) {
            bad = true;
            return at;
        }
        boolean coded = (in[next] & (1 << prefix)) != 0;
        int length = integer(in, to, prefix);
        if (bad || length > to - next) {
            bad = true;
            return at;
        }
        int from = next;
        next += length;
        if (!coded) {
            System.arraycopy(in, from, section.room(at + length), at, length);
            return at + length;
        }
        int end = Huffman.decode(in, from, next, section.room(at + Huffman.mostDecoded(length)), at);
        bad = end < 0;
        return end;
    }

    /** RFC 7541, section 5.1, which section 4.1.1 takes over. */
    private int integer(byte[] in, int to, int prefix) {
        int most = (1 << prefix) - 1;
        int value = in[next++] & most;
        if (value < most) {
            return value;
        }
        for (int shift = 0; next < to && shift < MOST_BITS; shift += 7) {
            int b = in[next++];
            value += (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        bad = true;
        return 0;
    }
}
