package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server sends first: it names the group of the key exchange in the clear, in TLS 1.3 (RFC 8446, section 4.2.8) as in
 * 1.2 (RFC 8422, section 5.4). Libraries that do not tell it are found out by that.
 */
final class ServerFlight {
    /** More than the certificates of TLS 1.2, which come before the key exchange there. */
    static final int MAX_LENGTH = 64 * 1024;
    /** Nothing is said of a group, or not yet. */
    static final int NONE = -1;
    /** By their numbers in IANA's registry; the names as BoringSSL has them. */
    static final Map<Integer, String> GROUPS = groups();

    private static final int HANDSHAKE = 22;
    private static final int SERVER_HELLO = 2;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int KEY_SHARE = 51;
    private static final int NAMED_CURVE = 3;

    private ServerFlight() {}

    private static Map<Integer, String> groups() {
        Map<Integer, String> groups = new LinkedHashMap<>();
        groups.put(0x11ec, "X25519MLKEM768");
        groups.put(0x11eb, "SecP256r1MLKEM768");
        groups.put(0x11ed, "SecP384r1MLKEM1024");
        groups.put(0x0201, "MLKEM768");
        groups.put(0x0202, "MLKEM1024");
        groups.put(29, "X25519");
        groups.put(23, "P-256");
        groups.put(24, "P-384");
        groups.put(25, "P-521");
        return Collections.unmodifiableMap(groups);
    }

    /** {@return the name of a group, its number if it is none that is known here; "" for {@link #NONE}} */
    static String name(int group) {
        return group == NONE ? "" : GROUPS.getOrDefault(group, String.format("0x%04x", group));
    }

    /**
     * {@return the number of the group; {@link #NONE} if the flight does not say, or is not there as far as that}
     *
     * @param flight the records from the first on; is left as it was
     */
    static int group(ByteBuf flight) {
        try {
            return inMessages(messages(flight.duplicate()));
        } catch (IndexOutOfBoundsException e) {
            return NONE; // cut short
        }
    }

    /** {@return the handshake messages of records that are not encrypted} A message may be spread over several. */
    private static ByteBuf messages(ByteBuf records) {
        ByteBuf messages = Unpooled.buffer();
        while (records.readableBytes() >= 5) {
            int type = records.readUnsignedByte();
            records.skipBytes(2);
            int length = records.readUnsignedShort();
            if (type == HANDSHAKE) {
                messages.writeBytes(records, Math.min(length, records.readableBytes()));
            } else {
                break;
            }
        }
        return messages;
    }

    private static int inMessages(ByteBuf messages) {
        while (messages.readableBytes() >= 4) {
            int type = messages.readUnsignedByte();
            ByteBuf body = messages.readSlice(messages.readUnsignedMedium());
            int group = switch (type) {
                case SERVER_HELLO -> inHello(body);
                case SERVER_KEY_EXCHANGE -> body.readUnsignedByte() == NAMED_CURVE ? body.readUnsignedShort() : NONE;
                default -> NONE;
            };
            if (group != NONE) {
                return group;
            }
        }
        return NONE;
    }

    /** In a HelloRetryRequest too: the group comes first in either form of the extension. */
    private static int inHello(ByteBuf body) {
        body.skipBytes(2 + 32);
        body.skipBytes(body.readUnsignedByte());
        body.skipBytes(2 + 1);
        ByteBuf extensions = body.isReadable() ? body.readSlice(body.readUnsignedShort()) : body;
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            ByteBuf extension = extensions.readSlice(extensions.readUnsignedShort());
            if (type == KEY_SHARE) {
                return extension.readUnsignedShort();
            }
        }
        return NONE;
    }
}
