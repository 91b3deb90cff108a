package dev.chainless.plugin.http;

/**
 * The dynamic table of a field compression (RFC 7541, section 2.3.2), of the one who decodes or of the one who encodes.
 * Entries are lines of a head, one behind the other in one array that moves up to its beginning now and then; an index
 * of ints beside it is a ring. Nothing is allocated but when the table grows to a size that it had not before.
 */
final class DynamicTable {
    /** What an entry costs beside its bytes (RFC 7541, section 4.1). */
    static final int OVERHEAD = 32;

    private static final int STRIDE = 5;
    private static final int START = 0;
    private static final int NAME_LENGTH = 1;
    private static final int VALUE_LENGTH = 2;
    private static final int HASH = 3;
    private static final int KIND = 4;

    private byte[] lines = new byte[0];
    private int[] ring = new int[8 * STRIDE];
    /** The place in the ring of the newest entry. */
    private int newest = -1;
    private int count;
    private int size;
    private int maxSize;
    /** Where the next line goes. */
    private int end;
    private long inserted;

    DynamicTable(int maxSize) {
        this.maxSize = maxSize;
    }

    int count() {
        return count;
    }

    int maxSize() {
        return maxSize;
    }

    /** {@return how many entries were ever added} */
    long inserted() {
        return inserted;
    }

    /** Changes the size, and drops what is too much. */
    void maxSize(int bytes) {
        maxSize = bytes;
        evict(0);
    }

    byte[] lines() {
        return lines;
    }

    private int at(int entry) {
        int places = ring.length / STRIDE;
        int place = newest - entry;
        return (place < 0 ? place + places : place) * STRIDE;
    }

    /** {@return where the line begins} Entries are counted from 0, the newest. */
    int start(int entry) {
        return ring[at(entry) + START];
    }

    int nameLength(int entry) {
        return ring[at(entry) + NAME_LENGTH];
    }

    int valueLength(int entry) {
        return ring[at(entry) + VALUE_LENGTH];
    }

    int hash(int entry) {
        return ring[at(entry) + HASH];
    }

    int kind(int entry) {
        return ring[at(entry) + KIND];
    }

    /**
     * {@return the entry of a field, -1 if there is none} For the one who encodes, whose kinds are hashes of whole fields.
     *
     * @param names holds the name, in any case
     */
    int find(int key, byte[] names, int name, int nameLength, byte[] values, int value, int valueLength) {
        int at = newest * STRIDE;
        for (int entry = 0; entry < count; entry++) {
            if (ring[at + KIND] == key && ring[at + NAME_LENGTH] == nameLength
                    && ring[at + VALUE_LENGTH] == valueLength) {
                int start = ring[at + START];
                int from = start + nameLength + 2;
                if (java.util.Arrays.equals(lines, from, from + valueLength, values, value, value + valueLength)
                        && sameName(start, names, name, nameLength)) {
                    return entry;
                }
            }
            at = at == 0 ? ring.length - STRIDE : at - STRIDE;
        }
        return -1;
    }

    private boolean sameName(int start, byte[] names, int name, int length) {
        for (int i = 0; i < length; i++) {
            byte there = lines[start + i];
            byte here = names[name + i];
            if (there != here && (Octets.token(here) == 0 || Octets.token(there) != Octets.token(here))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Adds an entry, for which the oldest ones make room; one that is too large only empties the table.
     *
     * @param source holds the whole line, with colon, space, CR and LF; not this table's own
     */
    void add(byte[] source, int offset, int nameLength, int valueLength, int hash, int kind) {
        int cost = nameLength + valueLength + OVERHEAD;
        evict(cost);
        if (cost > maxSize) {
            return;
        }
        int length = nameLength + valueLength + 4;
        room(length);
        System.arraycopy(source, offset, lines, end, length);
        int places = ring.length / STRIDE;
        if (count == places) {
            growRing(places);
        }
        newest = newest + 1 == ring.length / STRIDE ? 0 : newest + 1;
        int at = newest * STRIDE;
        ring[at + START] = end;
        ring[at + NAME_LENGTH] = nameLength;
        ring[at + VALUE_LENGTH] = valueLength;
        ring[at + HASH] = hash;
        ring[at + KIND] = kind;
        count++;
        end += length;
        size += cost;
        inserted++;
    }

    private void evict(int cost) {
        while (count > 0 && (long) size + cost > maxSize) {
            count--;
            size -= nameLength(count) + valueLength(count) + OVERHEAD;
        }
        if (count == 0) {
            end = 0;
        }
    }

    /** Lines take less than their entries cost, so that twice the table's size makes moving rare. */
    private void room(int length) {
        if (end + length <= lines.length) {
            return;
        }
        int oldest = count == 0 ? end : start(count - 1);
        int used = end - oldest;
        byte[] target = used + length > lines.length / 2
                ? new byte[Math.max(512, Math.min(2 * (used + length), 2 * maxSize))]
                : lines;
        System.arraycopy(lines, oldest, target, 0, used);
        lines = target;
        for (int i = 0; i < count; i++) {
            ring[at(i) + START] -= oldest;
        }
        end = used;
    }

    private void growRing(int places) {
        int[] larger = new int[places * 2 * STRIDE];
        for (int i = 0; i < count; i++) {
            System.arraycopy(ring, at(count - 1 - i), larger, i * STRIDE, STRIDE);
        }
        ring = larger;
        newest = count - 1;
    }
}
