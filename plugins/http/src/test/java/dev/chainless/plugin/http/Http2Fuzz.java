package dev.chainless.plugin.http;

import static dev.chainless.plugin.http.Http2Client.frame;
import static dev.chainless.plugin.http.Http2Client.ints;
import static dev.chainless.plugin.http.Http2Client.join;

import dev.chainless.spi.http.Exchange;
import java.util.Arrays;

/**
 * What a client sends after the preface, for Jazzer, see {@link HeadParserFuzz}. Whatever comes, in whatever pieces,
 * nothing is thrown, nothing leaks, and each exchange that was begun ends once.
 */
public final class Http2Fuzz {
    /** Some frames of each type. */
    static final byte[] VALID = join(
            frame(Http2.SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 40),
            frame(Http2.HEADERS, Http2.END_HEADERS | Http2.END_STREAM, 1, head()),
            frame(Http2.HEADERS, Http2.WITH_PRIORITY, 3, join(ints(0), new byte[] {5}, head())),
            frame(Http2.CONTINUATION, Http2.END_HEADERS, 3),
            frame(Http2.DATA, Http2.PADDED, 3, new byte[] {2, 65, 0, 0}),
            frame(Http2.WINDOW_UPDATE, 0, 0, ints(100)), frame(Http2.WINDOW_UPDATE, 0, 1, ints(10)),
            frame(Http2.PING, 0, 0, new byte[8]), frame(Http2.PRIORITY, 0, 5, new byte[5]),
            frame(Http2.PRIORITY_UPDATE, 0, 0, join(ints(3), "u=1, i".getBytes())),
            frame(Http2.DATA, Http2.END_STREAM, 3, (byte) 66), frame(Http2.HEADERS, Http2.END_HEADERS, 5, head()),
            frame(Http2.RST_STREAM, 0, 5, ints(8)), frame(0x33, 0, 0, (byte) 1),
            frame(Http2.SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) 0, (byte) 1, (byte) 0, (byte) 0),
            frame(Http2.GOAWAY, 0, 0, ints(0, 0)));

    private Http2Fuzz() {}

    private static byte[] head() {
        // POST / http a
        return new byte[] {(byte) 0x83, (byte) 0x86, (byte) 0x84, 0x01, 0x01, 'a'};
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        var client = new Http2Client();
        client.ingress.onRequest = x -> answer(client, x, 100);
        client.send(Preface.BYTES);
        int piece = input.length == 0 ? 1 : 1 + (input[0] & 0x3f);
        for (int at = 0; at < input.length; at += piece) {
            client.send(Arrays.copyOfRange(input, at, Math.min(input.length, at + piece)));
        }
        client.channel.checkException();
        client.finish();
    }

    private static void answer(Http2Client client, Exchange x, int bytes) {
        if (x.request().contentLength() == 0) {
            client.ingress.respond(x, 200, "x".repeat(bytes));
        }
    }
}
