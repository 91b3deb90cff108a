package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Field blocks for Jazzer, see {@link HeadParserFuzz}: two blocks of one connection. Whatever comes, the decoder must not
 * throw, and must take and refuse what Netty takes and refuses.
 */
public final class HpackFuzz {
    private HpackFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        var decoder = new HpackDecoder(4096);
        var netty = new DefaultHttp2HeadersDecoder(false, 1 << 24);
        var section = new FieldSection(new HeadLimits(1 << 20, 10_000, 8192));
        int half = input.length / 2;
        for (int part = 0; part < 2; part++) {
            int from = part == 0 ? 0 : half;
            int to = part == 0 ? half : input.length;
            Head head = new Head();
            section.trailers(head);
            boolean taken = decoder.decode(input, from, to, section);
            List<String> theirs = netty(netty, input, from, to);
            if (taken != (theirs != null)) {
                throw new AssertionError("taken: " + taken + ", by Netty: " + (theirs != null));
            }
            if (!taken) {
                return;
            }
            if (section.finishTrailers() == null && theirs.size() != live(head)) {
                throw new AssertionError(theirs + " against " + head);
            }
        }
    }

    private static int live(Head head) {
        int live = 0;
        for (int i = 0; i < head.places(); i++) {
            live += head.live(i) ? 1 : 0;
        }
        return live;
    }

    private static @Nullable List<String> netty(DefaultHttp2HeadersDecoder decoder, byte[] input, int from, int to) {
        try {
            Http2Headers headers = decoder.decodeHeaders(1, Unpooled.wrappedBuffer(input, from, to - from));
            List<String> fields = new ArrayList<>();
            headers.forEach(field -> fields.add(field.getKey() + ": " + field.getValue()));
            return fields;
        } catch (Http2Exception e) {
            return null;
        }
    }
}
