package dev.chainless.plugin.http;

/**
 * What HPACK and QPACK read alike: integers, strings, and values, which go straight to their place in a
 * {@link FieldSection}. On one loop only.
 */
abstract class FieldDecoder {
    /** No count or length of a peer that means well needs more; a longer one is refused before it overflows. */
    private static final int MOST_BITS = 28;

    /** The next byte to be read. */
    int next;
    /** What was read is no field block. */
    boolean bad;

    /**
     * Reads the value of a field whose name is at the section's end already, and lays out its line.
     *
     * @return just past the value; it means nothing if the block is {@link #bad}
     */
    final int value(byte[] in, int to, FieldSection section, int nameLength) {
        int value = section.end() + nameLength + 2;
        int end = string(in, to, 7, section, value);
        if (bad) {
            return end;
        }
        byte[] block = section.room(end + 2);
        block[value - 2] = ':';
        block[value - 1] = ' ';
        block[end] = '\r';
        block[end + 1] = '\n';
        return end;
    }

    /**
     * Reads a string (RFC 7541, section 5.2), whose length has so many bits in its first byte; the bit above them says how it
     * is coded.
     *
     * @return just past the string, which is put to the block at that place
     */
    final int string(byte[] in, int to, int prefix, FieldSection section, int at) {
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

    /** RFC 7541, section 5.1, which RFC 9204, section 4.1.1, takes over. */
    final int integer(byte[] in, int to, int prefix) {
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
