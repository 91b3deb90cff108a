package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * What the parser made of some bytes, in a form that can be compared.
 *
 * @param result DONE, MORE or BAD
 * @param status that a refused one gets, 0 otherwise
 * @param detail why, likewise
 * @param head all that the head says, as text
 * @param left what of the bytes was not consumed; 0 unless the head is complete
 */
record Reading(int result, int status, String detail, String head, int left) {

    static Reading request(String raw) {
        return read(new HeadParser(HeadLimits.DEFAULT, false), new Head(), bytes(raw), null);
    }

    static Reading request(byte[] raw, HeadLimits limits, Random pieces) {
        return read(new HeadParser(limits, false), new Head(), raw, pieces);
    }

    static Reading response(String raw, String method) {
        var parser = new HeadParser(HeadLimits.DEFAULT, true);
        parser.forRequestMethod(method);
        return read(parser, new Head(), bytes(raw), null);
    }

    /**
     * Reads the bytes, at once or in pieces of random length, each in a buffer of its own.
     */
    static Reading read(HeadParser parser, Head head, byte[] raw, Random pieces) {
        int at = 0;
        while (true) {
            int size =
                    pieces == null ? raw.length : Math.min(raw.length - at, 1 + pieces.nextInt(1 + pieces.nextInt(40)));
            ByteBuf in = Unpooled.directBuffer(Math.max(1, size)).writeBytes(raw, at, size);
            int result = parser.parse(head, in);
            int left = raw.length - at - size + in.readableBytes();
            boolean consumed = !in.isReadable();
            in.release();
            at += size;
            if (result == HeadParser.MORE && !consumed) {
                throw new AssertionError("MORE, but bytes are left");
            }
            if (result != HeadParser.MORE || at == raw.length) {
                return of(parser, head, result, left);
            }
        }
    }

    private static Reading of(HeadParser parser, Head head, int result, int left) {
        return switch (result) {
            case HeadParser.BAD -> new Reading(result, parser.status(), parser.detail(), "", 0);
            case HeadParser.DONE -> new Reading(result, 0, "", text(parser, head), left);
            default -> new Reading(result, 0, "", "", 0);
        };
    }

    private static String text(HeadParser parser, Head head) {
        return head + "version " + head.version() + " authority [" + head.authority() + "] path ["
                + head.path() + "] query [" + head.query() + "] length " + head.contentLength() + " chunked "
                + parser.chunked() + " keep-alive " + parser.keepAlive() + " until-close " + parser.untilClose()
                + " continue " + parser.expectContinue() + " upgrade " + head.upgrade();
    }

    /** {@return the bytes and a line feed} A line that comes in pieces is judged when its end has come. */
    static byte[] ended(byte[] raw) {
        byte[] result = Arrays.copyOf(raw, raw.length + 1);
        result[raw.length] = '\n';
        return result;
    }

    static byte[] bytes(String raw) {
        return raw.getBytes(StandardCharsets.ISO_8859_1);
    }
}
