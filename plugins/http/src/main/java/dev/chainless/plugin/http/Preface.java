package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/** What a client says first if it speaks HTTP/2: RFC 9113, section 3.4. */
final class Preface {
    /** So far it is the preface, but it has not come whole. */
    static final int MORE = 0;
    /** It was the preface, and is consumed. */
    static final int HTTP_2 = 1;
    /** It is something else, of which nothing is consumed. */
    static final int OTHER = 2;

    static final byte[] BYTES = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private Preface() {}

    static int match(ByteBuf in) {
        int there = Math.min(in.readableBytes(), BYTES.length);
        for (int i = 0; i < there; i++) {
            if (in.getByte(in.readerIndex() + i) != BYTES[i]) {
                return OTHER;
            }
        }
        if (there < BYTES.length) {
            return MORE;
        }
        in.skipBytes(there);
        return HTTP_2;
    }
}
