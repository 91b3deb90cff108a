package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;

/**
 * Reads HPACK (RFC 7541) straight into a {@link FieldSection}: a field that is known is one copy of its line, a new one is
 * decoded where it stays. One for each connection, on its loop only.
 */
final class HpackDecoder extends FieldDecoder {
    private static final int STATIC = StaticTable.HPACK.last;

    private final DynamicTable table;
    private final int maxTable;

    /**
     * Makes a decoder.
     *
     * @param maxTable the size of the dynamic table that the peer was allowed, in bytes
     */
    HpackDecoder(int maxTable) {
        this.maxTable = maxTable;
        this.table = new DynamicTable(maxTable);
    }

    /**
     * Reads a whole field block.
     *
     * @param in holds the block
     * @param from its first byte
     * @param to just past its last
     * @param section gets the fields; what it refuses is read all the same, as the table must stay in step
     * @return false if the block is no HPACK: the connection cannot go on
     */
    boolean decode(byte[] in, int from, int to, FieldSection section) {
        next = from;
        bad = false;
        boolean fields = false;
        while (next < to && !bad) {
            int first = in[next];
            if (first < 0) {
                indexed(integer(in, to, 7), section);
                fields = true;
            } else if ((first & 0x40) != 0) {
                literal(in, to, 6, section);
                fields = true;
            } else if ((first & 0x20) != 0) {
                resize(integer(in, to, 5), fields);
            } else {
                literal(in, to, 4, section);
                fields = true;
            }
        }
        return !bad;
    }

    private void resize(int size, boolean fields) {
        // Section 4.2: only before the first field, and not past what was allowed.
        if (fields || size > maxTable) {
            bad = true;
        } else {
            table.maxSize(size);
        }
    }

    private void indexed(int index, FieldSection section) {
        if (index >= 1 && index <= STATIC) {
            StaticTable known = StaticTable.HPACK;
            section.line(known.lines, known.start(index), known.nameLength(index), known.valueLength(index),
                    known.hash(index), known.kind(index));
        } else if (isDynamic(index)) {
            int entry = index - STATIC - 1;
            section.line(table.lines(), table.start(entry), table.nameLength(entry), table.valueLength(entry),
                    table.hash(entry), table.kind(entry));
        } else {
            bad = true;
        }
    }

    private boolean isDynamic(int index) {
        return index > STATIC && index - STATIC <= table.count();
    }

    private void literal(byte[] in, int to, int prefix, FieldSection section) {
        int index = integer(in, to, prefix);
        int at = section.end();
        int nameLength;
        int hash;
        int kind;
        if (index == 0) {
            int end = string(in, to, 7, section, at);
            if (bad) {
                return;
            }
            nameLength = end - at;
            byte[] block = section.block();
            hash = FieldName.hash(block, at, nameLength);
            kind = FieldSection.kind(block, at, nameLength, hash);
        } else if (index <= STATIC) {
            StaticTable known = StaticTable.HPACK;
            nameLength = known.nameLength(index);
            System.arraycopy(known.lines, known.start(index), section.room(at + nameLength), at, nameLength);
            hash = known.hash(index);
            kind = known.kind(index);
        } else if (isDynamic(index)) {
            int entry = index - STATIC - 1;
            nameLength = table.nameLength(entry);
            System.arraycopy(table.lines(), table.start(entry), section.room(at + nameLength), at, nameLength);
            hash = table.hash(entry);
            kind = table.kind(entry) & ~FieldSection.BAD_VALUE;
        } else {
            bad = true;
            return;
        }
        int value = at + nameLength + 2;
        int end = value(in, to, section, nameLength);
        if (bad) {
            return;
        }
        byte[] block = section.block();
        if (!FieldSection.isValue(block, value, end)) {
            kind |= FieldSection.BAD_VALUE;
        }
        if (prefix == 6) {
            table.add(block, at, nameLength, end - value, hash, kind);
        }
        section.accept(nameLength, end - value, hash, kind);
    }
}
