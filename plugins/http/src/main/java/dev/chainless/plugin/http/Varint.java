package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;

/** The variable-length integers of QUIC: RFC 9000, section 16. */
final class Varint {
    /** What {@link #read} gives when the integer has not come whole. */
    static final long MORE = -1;

    private Varint() {}

    /** {@return the number of bytes of an integer that begins with this one} */
    static int length(int first) {
        return 1 << ((first & 0xff) >>> 6);
    }

    /** {@return the next integer, {@link #MORE} with nothing consumed if it is not whole} */
    static long read(ByteBuf in) {
        if (!in.isReadable()) {
            return MORE;
        }
        int length = length(in.getByte(in.readerIndex()));
        if (in.readableBytes() < length) {
            return MORE;
        }
        return switch (length) {
            case 1 -> in.readUnsignedByte();
            case 2 -> in.readUnsignedShort() & 0x3fff;
            case 4 -> in.readUnsignedInt() & 0x3fff_ffff;
            default -> in.readLong() & 0x3fff_ffff_ffff_ffffL;
        };
    }

    /** {@return the number of bytes that {@link #write} writes} */
    static int size(long value) {
        return value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : value < 1 << 30 ? 4 : 8;
    }

    static void write(ByteBuf out, long value) {
        if (value < 1 << 6) {
            out.writeByte((int) value);
        } else if (value < 1 << 14) {
            out.writeShort((int) value | 0x4000);
        } else if (value < 1 << 30) {
            out.writeInt((int) value | 0x8000_0000);
        } else {
            out.writeLong(value | 0xc000_0000_0000_0000L);
        }
    }
}
