package dev.chainless.plugin.addresslist;

/** The bits of an address as numbers. */
final class Bits {
    private Bits() {}

    /** {@return up to eight bytes as one number, the first byte the highest} */
    static long big(byte[] bytes, int offset, int count) {
        long value = 0;
        for (int i = offset; i < offset + count; i++) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return value;
    }

    /** {@return so many ones from the highest bit on; none below 0, all above 64} */
    static long ones(int count) {
        return count <= 0 ? 0 : count >= 64 ? -1L : -1L << (64 - count);
    }
}
