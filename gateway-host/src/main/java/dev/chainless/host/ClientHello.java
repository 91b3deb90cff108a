package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Locale;

/**
 * What of a ClientHello decides which certificate the client is shown (RFC 8446, section 4.1.2).
 *
 * @param serverName the host that it asks for, in lower case, empty for none
 * @param modern whether it knows TLS 1.3
 * @param suites the cipher suites that it knows
 * @param schemes the signatures that it knows
 * @param groups the groups that it knows
 */
record ClientHello(String serverName, boolean modern, BitSet suites, BitSet schemes, BitSet groups) {
    private static final int SERVER_NAME = 0;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int TLS_1_3 = 0x0304;
    private static final int[] ECDSA_SUITES = {0xc02b, 0xc02c, 0xcca9};
    private static final int[] RSA_SUITES = {0xc02f, 0xc030, 0xcca8};

    /**
     * Reads one.
     *
     * @param in from the version on
     * @throws IndexOutOfBoundsException if it is cut short
     */
    static ClientHello parse(ByteBuf in) {
        String name = "";
        boolean modern = false;
        BitSet schemes = new BitSet();
        BitSet groups = new BitSet();
        in.skipBytes(2 + 32);
        in.skipBytes(in.readUnsignedByte());
        BitSet suites = numbers(in.readSlice(in.readUnsignedShort()));
        in.skipBytes(in.readUnsignedByte());
        ByteBuf extensions = in.isReadable() ? in.readSlice(in.readUnsignedShort()) : in;
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf body = extensions.readSlice(extensions.readUnsignedShort());
            switch (type) {
                case SERVER_NAME -> name = name(body);
                case SUPPORTED_GROUPS -> groups = numbers(body.readSlice(body.readUnsignedShort()));
                case SIGNATURE_ALGORITHMS -> schemes = numbers(body.readSlice(body.readUnsignedShort()));
                case SUPPORTED_VERSIONS -> modern = numbers(body.readSlice(body.readUnsignedByte())).get(TLS_1_3);
                default -> {
                    // It says nothing about certificates.
                }
            }
        }
        return new ClientHello(name, modern, suites, schemes, groups);
    }

    /** The first name; there is no other kind than host names (RFC 6066, section 3). */
    private static String name(ByteBuf body) {
        if (body.readableBytes() < 5 || body.getByte(2) != 0) {
            return "";
        }
        body.skipBytes(3);
        int length = body.readUnsignedShort();
        String name = body.readCharSequence(length, StandardCharsets.US_ASCII).toString().toLowerCase(Locale.ROOT);
        return name.length() > 255 ? "" : name;
    }

    private static BitSet numbers(ByteBuf in) {
        var numbers = new BitSet();
        while (in.readableBytes() >= 2) {
            numbers.set(in.readUnsignedShort());
        }
        return numbers;
    }

    /** {@return whether the client can use such a certificate with some version that is offered} */
    boolean takes(TlsIdentity.Kind kind) {
        if (kind == TlsIdentity.Kind.RSA) {
            return (modern && (schemes.get(0x0804) || schemes.get(0x0805) || schemes.get(0x0806))) || any(RSA_SUITES);
        }
        if (modern || kind.postQuantum()) {
            return modern && schemes.get(kind.scheme);
        }
        int curve = switch (kind) {
            case P_384 -> 24;
            case P_521 -> 25;
            default -> 23;
        };
        return any(ECDSA_SUITES) && groups.get(curve)
                && (schemes.get(0x0403) || schemes.get(0x0503) || schemes.get(0x0603));
    }

    private boolean any(int... of) {
        for (int suite : of) {
            if (suites.get(suite)) {
                return true;
            }
        }
        return false;
    }
}
