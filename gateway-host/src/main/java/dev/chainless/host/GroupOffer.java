package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * A ClientHello of TLS 1.3 that knows one group and sends no key: a server that accepts the group asks for a key by a
 * HelloRetryRequest, any other ends the handshake (RFC 8446, section 4.2.8). So groups are tried without their arithmetic.
 */
final class GroupOffer {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int[] CIPHERS = {0x1301, 0x1302, 0x1303};
    /** With those of ML-DSA and EdDSA: a server without another certificate ends the handshake otherwise. */
    private static final int[] SIGNATURES =
            {0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0904, 0x0905, 0x0906, 0x0401, 0x0501};

    private GroupOffer() {}

    /**
     * {@return the record}
     *
     * @param group its number
     * @param serverName that the server is told, empty for none
     */
    static byte[] of(int group, String serverName) {
        ByteBuf body = Unpooled.buffer().writeShort(0x0303).writeBytes(random()).writeByte(32).writeBytes(random());
        body.writeBytes(vector(2, numbers(CIPHERS))).writeByte(1).writeByte(0);
        ByteBuf extensions = Unpooled.buffer();
        if (!serverName.isEmpty()) {
            ByteBuf name = Unpooled.buffer().writeByte(0)
                    .writeBytes(vector(2, Unpooled.copiedBuffer(serverName, StandardCharsets.US_ASCII)));
            extension(extensions, 0, vector(2, name));
        }
        extension(extensions, 10, vector(2, numbers(group)));
        extension(extensions, 13, vector(2, numbers(SIGNATURES)));
        extension(extensions, 16, vector(2, Unpooled.buffer().writeBytes(protocol("h2"))
                .writeBytes(protocol("http/1.1"))));
        extension(extensions, 43, vector(1, numbers(0x0304)));
        extension(extensions, 51, Unpooled.buffer().writeShort(0));
        body.writeBytes(vector(2, extensions));
        ByteBuf message = Unpooled.buffer().writeByte(1).writeMedium(body.readableBytes()).writeBytes(body);
        ByteBuf flight = Unpooled.buffer().writeByte(22).writeShort(0x0301).writeBytes(vector(2, message));
        byte[] bytes = new byte[flight.readableBytes()];
        flight.readBytes(bytes);
        return bytes;
    }

    private static byte[] random() {
        byte[] random = new byte[32];
        RANDOM.nextBytes(random);
        return random;
    }

    private static ByteBuf numbers(int... numbers) {
        ByteBuf all = Unpooled.buffer();
        for (int number : numbers) {
            all.writeShort(number);
        }
        return all;
    }

    private static ByteBuf protocol(String name) {
        return vector(1, Unpooled.copiedBuffer(name, StandardCharsets.US_ASCII));
    }

    private static void extension(ByteBuf extensions, int type, ByteBuf content) {
        extensions.writeShort(type).writeBytes(vector(2, content));
    }

    /** {@return the content behind its length, which takes one byte or two} */
    private static ByteBuf vector(int lengthBytes, ByteBuf content) {
        ByteBuf all = Unpooled.buffer();
        int length = content.readableBytes();
        return (lengthBytes == 1 ? all.writeByte(length) : all.writeShort(length)).writeBytes(content);
    }
}
