package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The parser against Netty's, against itself in pieces, and against nonsense. */
class HeadParserOracleTest {
    /** What the parser takes out of heads, besides what Connection names. */
    private static final Set<String> REMOVED = Set.of("connection", "keep-alive", "close", "proxy", "proxy-connection",
            "proxy-authorization", "proxy-authenticate", "http2-settings", "transfer-encoding", "expect", "te",
            "upgrade");

    /** Names that only lenient readers take for what a proxy says are dropped. */
    private static final Set<String> CLAIMS = Set.of("xforwardedfor", "xforwardedhost", "xforwardedproto",
            "xforwardedport", "xrealip", "xrequestid", "forwarded", "authorization", "proxy");

    @Property(tries = 4000, shrinking = ShrinkingMode.OFF)
    void takesWhatIsValidAsNettyDoes(@ForAll long seed) {
        byte[] raw = new RandomHeads(seed).valid();
        Head head = new Head();
        var parser = new HeadParser(HeadLimits.DEFAULT, false);
        ByteBuf in = Unpooled.wrappedBuffer(raw);
        int result = parser.parse(head, in);
        // Random fields may be named by a random Connection or doubled, which valid heads may not be.
        if (result == HeadParser.BAD) {
            assertTrue(Set.of(HeadFault.EXPECT, HeadFault.UPGRADE, HeadFault.END_TO_END).stream()
                    .anyMatch(fault -> fault.detail().equals(parser.detail())), () -> parser.detail() + text(raw));
            return;
        }
        assertEquals(HeadParser.DONE, result, () -> text(raw));
        compare(raw, head, parser, in);
    }

    @Property(tries = 8000, shrinking = ShrinkingMode.OFF)
    void refusesOrReadsAsNettyDoes(@ForAll long seed) {
        var heads = new RandomHeads(seed);
        byte[] raw = heads.spoiled(heads.valid());
        Head head = new Head();
        var parser = new HeadParser(HeadLimits.DEFAULT, false);
        ByteBuf in = Unpooled.wrappedBuffer(raw);
        if (parser.parse(head, in) == HeadParser.DONE) {
            compare(raw, head, parser, in);
        }
    }

    @Property(tries = 4000, shrinking = ShrinkingMode.OFF)
    void readsAlikeInPieces(@ForAll long seed) {
        var heads = new RandomHeads(seed);
        byte[] raw = Reading.ended(heads.random().nextBoolean() ? heads.valid() : heads.spoiled(heads.valid()));
        var limits = new HeadLimits(heads.random().nextInt(64, 600), heads.random().nextInt(1, 12), 40);
        Reading whole = Reading.request(raw, limits, null);
        assertEquals(whole, Reading.request(raw, limits, heads.random()), () -> text(raw));
    }

    @Property(tries = 4000, shrinking = ShrinkingMode.OFF)
    void neverThrows(@ForAll long seed) {
        var heads = new RandomHeads(seed);
        byte[] raw = Reading.ended(heads.noise(300));
        Reading whole = Reading.request(raw, HeadLimits.DEFAULT, null);
        assertEquals(whole, Reading.request(raw, HeadLimits.DEFAULT, heads.random()), () -> text(raw));
        Reading.read(new HeadParser(HeadLimits.DEFAULT, true), new Head(), raw, heads.random());
        Reading.read(HeadParser.trailers(HeadLimits.DEFAULT), new Head(), raw, heads.random());
    }

    /** The price of a head does not depend on its pieces: one byte at a time, and long lines. */
    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void readsByteByByte(@ForAll long seed) {
        String value = "v".repeat(20_000 + new Random(seed).nextInt(10_000));
        byte[] raw = Reading.bytes("GET / HTTP/1.1\r\nHost: a\r\nA: " + value + "\r\n\r\n");
        var parser = new HeadParser(HeadLimits.DEFAULT, false);
        Head head = new Head();
        ByteBuf in = Unpooled.wrappedBuffer(raw);
        for (int i = 0; i < raw.length - 1; i++) {
            ByteBuf one = in.readSlice(1);
            assertEquals(HeadParser.MORE, parser.parse(head, one));
        }
        assertEquals(HeadParser.DONE, parser.parse(head, in));
        assertEquals(value, head.get(FieldName.of("a")));
    }

    static void compare(byte[] raw, Head head, HeadParser parser, ByteBuf in) {
        var channel =
                new EmbeddedChannel(new HttpRequestDecoder(new HttpDecoderConfig().setMaxInitialLineLength(100_000)
                        .setMaxHeaderSize(100_000)));
        channel.writeInbound(Unpooled.wrappedBuffer(raw));
        try {
            if (!(channel.readInbound() instanceof HttpRequest request)) {
                fail("Netty sees no request in " + text(raw));
                return;
            }
            assertTrue(request.decoderResult().isSuccess(), () -> request.decoderResult() + text(raw));
            assertEquals(request.method().name(), head.method());
            assertEquals(request.protocolVersion().equals(HttpVersion.HTTP_1_0) ? 10 : 11, head.version());
            target(request, head);
            assertEquals(HttpUtil.isTransferEncodingChunked(request), parser.chunked(), () -> text(raw));
            if (!parser.chunked()) {
                assertEquals(Math.max(0, HttpUtil.getContentLength(request, 0L)), head.contentLength(),
                        () -> text(raw));
            }
            assertEquals(HttpUtil.isKeepAlive(request), parser.keepAlive(), () -> text(raw));
            fields(request, head, raw);
            assertEquals("\r\n\r\n", new String(raw, in.readerIndex() - 4, 4, StandardCharsets.ISO_8859_1));
        } finally {
            Object rest = channel.readInbound();
            while (rest != null) {
                ReferenceCountUtil.release(rest);
                rest = channel.readInbound();
            }
            channel.finishAndReleaseAll();
        }
    }

    private static void target(HttpRequest request, Head head) {
        String uri = request.uri();
        if (uri.startsWith("/") || uri.equals("*") || head.method().equals("CONNECT")) {
            assertEquals(uri, head.method().equals("CONNECT") ? head.authority() : head.target());
        } else {
            String rest = uri.substring(uri.indexOf("//") + 2);
            int end = rest.length();
            for (char c : "/?".toCharArray()) {
                int at = rest.indexOf(c);
                end = at < 0 ? end : Math.min(end, at);
            }
            assertEquals(rest.substring(0, end).toLowerCase(Locale.ROOT), head.authority().toLowerCase(Locale.ROOT));
            String tail = rest.substring(end);
            String path = tail.startsWith("/") ? tail
                    : tail.isEmpty() && head.method().equals("OPTIONS") ? "*" : "/" + tail;
            assertEquals(path, head.target());
        }
    }

    private static void fields(HttpRequest request, Head head, byte[] raw) {
        Set<String> named = new java.util.HashSet<>();
        for (String value : request.headers().getAll(HttpHeaderNames.CONNECTION)) {
            for (String option : value.split(",", -1)) {
                named.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        List<String> theirs = new ArrayList<>();
        request.headers().forEach(field -> {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            boolean claim = name.matches(".*[^a-z0-9-].*") && CLAIMS.contains(name.replaceAll("[^a-z0-9]", ""));
            if (!REMOVED.contains(name) && !named.contains(name) && !claim) {
                theirs.add(name + "=" + (name.equals("content-length") ? "" + Long.parseLong(field.getValue())
                        : field.getValue()));
            }
        });
        List<String> ours = new ArrayList<>();
        for (int i = 0; i < head.places(); i++) {
            if (head.live(i) && !REMOVED.contains(head.name(i).toLowerCase(Locale.ROOT))) {
                ours.add(head.name(i).toLowerCase(Locale.ROOT) + "=" + head.value(i));
            }
        }
        theirs.sort(null);
        ours.sort(null);
        assertEquals(theirs, ours, () -> text(raw));
    }

    private static String text(byte[] raw) {
        return "\n" + new String(raw, StandardCharsets.ISO_8859_1).replace("\r", "\\r").replace("\n", "\\n\n");
    }
}
