package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;

/**
 * Reads QPACK (RFC 9204) straight into a {@link FieldSection}. The dynamic table that peers are allowed has no room, so that
 * a field section refers to the static table or to nothing, and none ever waits for another stream. One loop only.
 */
final class QpackDecoder extends FieldDecoder {
    private static final StaticTable TABLE = StaticTable.QPACK;

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
        int end = value(in, to, section, nameLength);
        if (bad) {
            return;
        }
        int valued = FieldSection.isValue(section.block(), value, end) ? kind : kind | FieldSection.BAD_VALUE;
        section.accept(nameLength, end - value, hash, valued);
    }
}
