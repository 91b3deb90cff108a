package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;

/**
 * Walks the members of a comma-separated field value (RFC 9110, section 5.6.1), empty ones left out. Not for values
 * with quoted strings. Reused; one loop only.
 */
final class ValueList {
    private byte[] bytes = new byte[0];
    private int next;
    private int limit;
    private int start;
    private int end;

    /**
     * Begins with a value.
     *
     * @param bytes holds it
     * @param offset of its first byte
     * @param length in bytes
     */
    void begin(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        next = offset;
        limit = offset + length;
    }

    /** {@return whether there is another member, to which it moves} */
    boolean next() {
        while (next < limit) {
            int from = next;
            int to = from;
            while (to < limit && bytes[to] != ',') {
                to++;
            }
            next = to + 1;
            while (from < to && Octets.isBlank(bytes[from])) {
                from++;
            }
            while (to > from && Octets.isBlank(bytes[to - 1])) {
                to--;
            }
            if (from < to) {
                start = from;
                end = to;
                return true;
            }
        }
        return false;
    }

    /** {@return where the member begins} */
    int offset() {
        return start;
    }

    /** {@return the member's length in bytes} */
    int length() {
        return end - start;
    }

    /** {@return the hash that a field of this name has; the member is a token} */
    int hash() {
        return FieldName.hash(bytes, start, end - start);
    }

    /** {@return whether the member is a token} */
    boolean isToken() {
        return isToken(start, end);
    }

    /** {@return whether the member is a token, alone or with a slash and another token: a protocol and its version} */
    boolean isProtocol() {
        for (int i = start; i < end; i++) {
            if (bytes[i] == '/') {
                return isToken(start, i) && isToken(i + 1, end);
            }
        }
        return isToken(start, end);
    }

    /**
     * {@return whether the member is this word, in any case}
     *
     * @param word in lower case
     */
    boolean is(byte[] word) {
        return Octets.is(bytes, start, end - start, word);
    }

    private boolean isToken(int from, int to) {
        for (int i = from; i < to; i++) {
            if (Octets.token(bytes[i]) == 0) {
                return false;
            }
        }
        return from < to;
    }
}
