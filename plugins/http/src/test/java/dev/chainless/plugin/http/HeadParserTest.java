package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What requests are taken, how they are understood, and what is refused with which status. */
class HeadParserTest {
    private static final String GET = "GET / HTTP/1.1\r\n";
    private static final String HOST = "Host: a.example\r\n";

    private record Refused(int status, HeadFault fault, String raw) {}

    /** A request with this field after Host. */
    private static String with(String field) {
        return "POST / HTTP/1.1\r\n" + HOST + field + "\r\n\r\n";
    }

    private static Refused field(HeadFault fault, String field) {
        return new Refused(fault.status(), fault, with(field));
    }

    private static Refused raw(HeadFault fault, String raw) {
        return new Refused(fault.status(), fault, raw);
    }

    private static Refused target(HeadFault fault, String line) {
        return new Refused(fault.status(), fault, line + " HTTP/1.1\r\n" + HOST + "\r\n");
    }

    @TestFactory
    Stream<DynamicTest> refused() {
        return Stream.of(startLines(), targets(), hosts(), lines(), lengths(), codings(), others())
                .flatMap(cases -> cases)
                .map(c -> DynamicTest.dynamicTest(c.fault + " " + printable(c.raw), () -> {
                    Reading reading = Reading.request(c.raw);
                    assertEquals(HeadParser.BAD, reading.result());
                    assertEquals(c.fault.detail(), reading.detail());
                    assertEquals(c.status, reading.status());
                }));
    }

    private static Stream<Refused> startLines() {
        String rest = "\r\n" + HOST + "\r\n";
        return Stream.of(
                raw(HeadFault.EMPTY_LINES, "\r\n\r\n" + GET + HOST + "\r\n"),
                raw(HeadFault.BARE_CR, "\rGET / HTTP/1.1" + rest),
                raw(HeadFault.BARE_LF, "\nGET / HTTP/1.1" + rest),
                raw(HeadFault.EMPTY_LINES, " GET / HTTP/1.1" + rest),
                raw(HeadFault.EMPTY_LINES, "\tGET / HTTP/1.1" + rest),
                raw(HeadFault.METHOD, "\0GET / HTTP/1.1" + rest),
                raw(HeadFault.METHOD, "\u000bGET / HTTP/1.1" + rest),
                raw(HeadFault.METHOD, "\u0080GET / HTTP/1.1" + rest),
                raw(HeadFault.METHOD, "G(T / HTTP/1.1" + rest),
                raw(HeadFault.METHOD, "M".repeat(33) + " / HTTP/1.1" + rest),
                raw(HeadFault.REQUEST_LINE, "GET\t/ HTTP/1.1" + rest),
                raw(HeadFault.REQUEST_LINE, "GET  / HTTP/1.1" + rest),
                raw(HeadFault.VERSION, "GET /  HTTP/1.1" + rest),
                raw(HeadFault.VERSION, "GET / HTTP/1.1 " + rest),
                raw(HeadFault.REQUEST_LINE, "GET /\tHTTP/1.1" + rest),
                raw(HeadFault.REQUEST_LINE, "GET /" + rest),
                raw(HeadFault.REQUEST_LINE, "GET" + rest),
                raw(HeadFault.VERSION, "GET / http/1.1" + rest),
                raw(HeadFault.VERSION, "GET / HTTP/1" + rest),
                raw(HeadFault.VERSION, "GET / HTTP/1.01" + rest),
                raw(HeadFault.VERSION, "GET / HTTP/11.1" + rest),
                raw(HeadFault.VERSION, "GET / HTTP/+1.1" + rest),
                raw(HeadFault.VERSION, "GET / HTTPS/1.1" + rest),
                raw(HeadFault.OTHER_VERSION, "GET / HTTP/1.2" + rest),
                raw(HeadFault.OTHER_VERSION, "GET / HTTP/2.0" + rest),
                raw(HeadFault.OTHER_VERSION, "GET / HTTP/0.9" + rest),
                raw(HeadFault.OTHER_VERSION, "GET / HTTP/9.9" + rest),
                raw(HeadFault.BARE_LF, "GET / HTTP/1.1\n" + HOST + "\r\n"),
                raw(HeadFault.BARE_CR, "GET / HTTP/1.1\r" + HOST + "\r\n"),
                raw(HeadFault.BARE_CR, "GET / HTTP/1.1\r\r\n" + HOST + "\r\n"));
    }

    private static Stream<Refused> targets() {
        return Stream.of(
                target(HeadFault.FRAGMENT, "GET /#a"),
                target(HeadFault.FRAGMENT, "GET /?q#a"),
                target(HeadFault.NON_ASCII, "GET /\u00e9"),
                target(HeadFault.CONTROL, "GET /\0"),
                target(HeadFault.CONTROL, "GET /a\u007fb"),
                target(HeadFault.BARE_LF, "GET /a\nb"),
                target(HeadFault.TARGET, "GET a"),
                target(HeadFault.TARGET, "GET ?a"),
                target(HeadFault.TARGET, "GET *"),
                target(HeadFault.TARGET, "OPTIONS **"),
                target(HeadFault.TARGET, "OPTIONS *?a"),
                target(HeadFault.TARGET, "GET a.example:80"),
                target(HeadFault.TARGET, "GET ftp://a.example/"),
                target(HeadFault.TARGET, "GET http:/a.example/"),
                target(HeadFault.TARGET, "GET http:///"),
                target(HeadFault.TARGET, "GET http://?a"),
                target(HeadFault.TARGET, "GET http://a.example:x/"),
                target(HeadFault.TARGET, "GET http://a.example\\b/"),
                target(HeadFault.TARGET, "GET httpx://a.example/"),
                target(HeadFault.USER_INFO, "GET http://u:p@a.example/"),
                target(HeadFault.USER_INFO, "GET http://a.example@b/"),
                target(HeadFault.OTHER_HOST, "GET http://b.example/"),
                target(HeadFault.OTHER_HOST, "GET http://a.example:80/"),
                target(HeadFault.OTHER_HOST, "GET http://a.exampl/"),
                target(HeadFault.TARGET, "CONNECT /"),
                target(HeadFault.TARGET, "CONNECT a.example"),
                target(HeadFault.TARGET, "CONNECT a.example:"),
                target(HeadFault.TARGET, "CONNECT http://a.example:80/"),
                target(HeadFault.OTHER_HOST, "CONNECT b.example:443"),
                target(HeadFault.LONG_TARGET, "GET /" + "a".repeat(9000)));
    }

    private static Stream<Refused> hosts() {
        Stream<Refused> values = Stream
                .of("", "a b", "a/b", "a?b", "a#b", "a,b", "a\\b", "a;b", "a%41", "a:", "a:b", "a:+1",
                        "a:65536", "a:000080", "a:80:80", "a\tb", "\u00e9", "[", "[]", "[::1", "::1", "[::1]x",
                        "[::1%eth0]", "[1]",
                        "[::g]", "<a>", "a|b", "\"a\"", "a^", "a`", "{a}", "a=b", "a$b", "(a)", "a!", "a*")
                .map(value -> raw(HeadFault.HOST, GET + "Host: " + value + "\r\n\r\n"));
        return Stream.concat(values, Stream.of(
                raw(HeadFault.NO_HOST, GET + "\r\n"),
                raw(HeadFault.NO_HOST, GET + "X-Host: a\r\n\r\n"),
                raw(HeadFault.HOSTS, GET + "Host: a\r\nHost: a\r\n\r\n"),
                raw(HeadFault.HOSTS, GET + "Host: a\r\nhOST: b\r\n\r\n"),
                raw(HeadFault.HOSTS, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
                raw(HeadFault.USER_INFO, GET + "Host: u@a\r\n\r\n"),
                raw(HeadFault.USER_INFO, GET + "Host: a@b:80\r\n\r\n")));
    }

    private static Stream<Refused> lines() {
        return Stream.of(
                field(HeadFault.FOLDED, "A: b\r\n c: d"),
                field(HeadFault.FOLDED, "A: b\r\n\tc"),
                field(HeadFault.FOLDED, "A: b\r\n "),
                raw(HeadFault.FOLDED, GET + " " + HOST + "\r\n"),
                field(HeadFault.EMPTY_NAME, ": b"),
                field(HeadFault.SPACE_IN_NAME, "A : b"),
                field(HeadFault.SPACE_IN_NAME, "A\t: b"),
                field(HeadFault.SPACE_IN_NAME, "A b: c"),
                field(HeadFault.NAME, "A"),
                field(HeadFault.NAME, "A\r: b"),
                field(HeadFault.NAME, "A(: b"),
                field(HeadFault.NAME, "A[]: b"),
                field(HeadFault.NAME, "A=: b"),
                field(HeadFault.NAME, "\u00c4: b"),
                field(HeadFault.NAME, "\"A\": b"),
                field(HeadFault.CONTROL, "A\0: b"),
                field(HeadFault.CONTROL, "\u0001A: b"),
                field(HeadFault.CONTROL, "A: b\0c"),
                field(HeadFault.CONTROL, "A:\u000bb"),
                field(HeadFault.CONTROL, "A: b\u0008"),
                field(HeadFault.CONTROL, "A: b\u007f"),
                field(HeadFault.CONTROL, "A: 1234567\u001f901234567"),
                field(HeadFault.BARE_CR, "A: b\rc"),
                field(HeadFault.BARE_CR, "A: b\r\r"),
                field(HeadFault.BARE_LF, "A: b\nC: d"),
                field(HeadFault.BARE_LF, "\nA: b"),
                raw(HeadFault.BARE_LF, GET + HOST + "\n"),
                raw(HeadFault.BARE_CR, GET + HOST + "\rX"),
                raw(HeadFault.MANY_FIELDS, GET + "A: b\r\n".repeat(101) + "\r\n"),
                raw(HeadFault.LONG_HEAD, GET + HOST + "A: " + "b".repeat(33_000) + "\r\n\r\n"),
                raw(HeadFault.LONG_HEAD, GET + HOST + "A".repeat(33_000) + ": b\r\n\r\n"));
    }

    private static Stream<Refused> lengths() {
        Stream<Refused> values = Stream
                .of("", "+1", "-1", "1 ,1", "1,1", "1, 1", "0x1", "1 1", "1.0", "1e1", "\"1\"", "a",
                        "1\t1", "1;", "9223372036854775808", "1000000000000000000", "99999999999999999999999", "\u00b2",
                        "0 0", ",1",
                        "1,", "1_0")
                .map(value -> field(HeadFault.CONTENT_LENGTH, "Content-Length: " + value));
        return Stream.concat(values, Stream.of(
                field(HeadFault.CONTENT_LENGTHS, "Content-Length: 1\r\nContent-Length: 1"),
                field(HeadFault.CONTENT_LENGTHS, "Content-Length: 1\r\ncontent-length: 2"),
                field(HeadFault.LOOKALIKE, "Content_Length: 1"),
                field(HeadFault.LOOKALIKE, "content.length: 1"),
                field(HeadFault.LOOKALIKE, "Content-Length_: 1"),
                field(HeadFault.LOOKALIKE, "Content-Length!: 1"),
                field(HeadFault.LOOKALIKE, "_Content-Length: 1"),
                field(HeadFault.LOOKALIKE, "Ho_st: b"),
                field(HeadFault.LOOKALIKE, "Host~: b")));
    }

    private static Stream<Refused> codings() {
        Stream<Refused> values = Stream.of("", "identity", "chunked, gzip", "chunked, chunked", "chunked,",
                ",chunked", "chunked;a=b", "x", "\"chunked\"", "chunked\u00a0", "xchunked", "chunkedx", "chunke",
                "c hunked",
                "'chunked'", "chunked chunked", "ch\u00fcnked", "(chunked)", "\u00ffchunked")
                .map(value -> field(HeadFault.CODING, "Transfer-Encoding: " + value));
        return Stream.concat(values, Stream.of(
                field(HeadFault.CODINGS, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                field(HeadFault.CODINGS, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
                field(HeadFault.CODING, "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
                field(HeadFault.UNKNOWN_CODING, "Transfer-Encoding: gzip, chunked"),
                field(HeadFault.UNKNOWN_CODING, "Transfer-Encoding: x,deflate , CHUNKED"),
                field(HeadFault.CODING_AND_LENGTH, "Transfer-Encoding: chunked\r\nContent-Length: 0"),
                field(HeadFault.CODING_AND_LENGTH, "Content-Length: 5\r\nTransfer-Encoding: chunked"),
                raw(HeadFault.OLD_CODING, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
                raw(HeadFault.OLD_CODING, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
                field(HeadFault.CONTROL, "Transfer-Encoding: chunked\u000b"),
                field(HeadFault.CONTROL, "Transfer-Encoding:\0chunked"),
                field(HeadFault.SPACE_IN_NAME, "Transfer-Encoding : chunked"),
                field(HeadFault.LOOKALIKE, "Transfer_Encoding: chunked"),
                field(HeadFault.LOOKALIKE, "transfer.encoding: chunked"),
                field(HeadFault.LOOKALIKE, "Transfer-Encoding*: chunked")));
    }

    private static Stream<Refused> others() {
        return Stream.of(
                field(HeadFault.EXPECT, "Expect: 200-ok"),
                field(HeadFault.EXPECT, "Expect: 100-continue, x"),
                field(HeadFault.EXPECT, "Expect:"),
                field(HeadFault.EXPECT, "Expect: 100-continue\r\nExpect: 100-continue"),
                field(HeadFault.END_TO_END, "Connection: host"),
                field(HeadFault.END_TO_END, "Connection: close, Content-Length"),
                field(HeadFault.END_TO_END, "Connection: transfer-encoding"),
                field(HeadFault.END_TO_END, "Connection: x-forwarded-for"),
                field(HeadFault.END_TO_END, "Connection: cookie"),
                field(HeadFault.END_TO_END, "Connection: connection"),
                field(HeadFault.CONNECTION, "Connection: close keep-alive"),
                field(HeadFault.CONNECTION, "Connection: \"close\""),
                field(HeadFault.CONNECTION, "Connection: " + "a,".repeat(33)),
                field(HeadFault.UPGRADE, "Upgrade:"),
                field(HeadFault.UPGRADE, "Upgrade: web socket"),
                field(HeadFault.UPGRADE, "Upgrade: a/"),
                field(HeadFault.UPGRADE, "Upgrade: websocket\r\nUpgrade: websocket"));
    }

    private static String printable(String raw) {
        String text = raw.replace("\r", "\\r").replace("\n", "\\n").replaceAll("[^ -~]", "?");
        return text.length() < 120 ? text : text.substring(0, 120) + "…";
    }

    // ---- what is taken

    private final HeadParser parser = new HeadParser(HeadLimits.DEFAULT, false);
    private final Head head = new Head();

    private void parse(String raw) {
        ByteBuf in = Unpooled.wrappedBuffer(Reading.bytes(raw));
        int result = parser.parse(head, in);
        assertEquals(HeadParser.DONE, result, parser::detail);
    }

    @Test
    void readsAPlainRequest() {
        parse("GET /a/b?c=d&e HTTP/1.1\r\nHost: a.example:8080\r\nAccept:\t*/* \t\r\nEmpty:\r\n\r\n");
        assertSame("GET", head.method());
        assertEquals("/a/b?c=d&e", head.target());
        assertEquals("/a/b", head.path());
        assertEquals("c=d&e", head.query());
        assertEquals("a.example:8080", head.authority());
        assertEquals("*/*", head.get(FieldName.ACCEPT));
        assertEquals("", head.get(FieldName.of("empty")));
        assertEquals(0, head.contentLength());
        assertTrue(parser.keepAlive());
        assertFalse(parser.chunked());
        assertFalse(parser.connect());
    }

    @Test
    void consumesExactlyTheHead() {
        ByteBuf in = Unpooled.wrappedBuffer(Reading.bytes(GET + HOST + "\r\n" + GET));
        assertEquals(HeadParser.DONE, parser.parse(head, in));
        assertEquals(GET.length(), in.readableBytes());
    }

    @Test
    void takesOneEmptyLineBeforeARequestAndCallsItIdle() {
        assertEquals(HeadParser.MORE, parser.parse(head, Unpooled.wrappedBuffer(Reading.bytes("\r\n"))));
        assertFalse(parser.started());
        assertEquals(HeadParser.MORE, parser.parse(head, Unpooled.wrappedBuffer(Reading.bytes("G"))));
        assertTrue(parser.started());
        parse("ET / HTTP/1.1\r\n" + HOST + "\r\n");
    }

    @Test
    void readsTheTargetForms() {
        parse("GET http://A.example/x?y HTTP/1.1\r\n" + HOST + "\r\n");
        assertEquals("/x?y", head.target());
        assertEquals("a.example", head.authority());
        head.clear();
        parse("GET HTTPS://a.example?y HTTP/1.1\r\n" + HOST + "\r\n");
        assertEquals("/?y", head.target());
        assertEquals("/", head.path());
        head.clear();
        parse("GET http://a.example:81 HTTP/1.0\r\n\r\n");
        assertEquals("/", head.target());
        assertEquals("a.example:81", head.authority());
        head.clear();
        parse("OPTIONS http://a.example HTTP/1.1\r\n" + HOST + "\r\n");
        assertEquals("*", head.target());
        head.clear();
        parse("OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n");
        assertEquals("*", head.target());
        head.clear();
        parse("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
        assertTrue(parser.connect());
        assertEquals("a.example:443", head.authority());
    }

    @Test
    void takesHosts() {
        for (String host : new String[] {"a", "a:80", "127.0.0.1", "[::1]", "[2001:db8::1]:443", "a-b_c.example.",
                "A~"}) {
            head.clear();
            parse(GET + "Host: " + host + "\r\n\r\n");
            assertEquals(host, head.authority());
        }
    }

    @Test
    void readsFraming() {
        parse(with("Content-Length: 5"));
        assertEquals(5, head.contentLength());
        assertEquals("5", head.get(FieldName.CONTENT_LENGTH));
        head.clear();
        parse(with("Content-Length: 0000000000000000000000000000007"));
        assertEquals(7, head.contentLength());
        assertEquals("7", head.getAll(FieldName.CONTENT_LENGTH));
        head.clear();
        parse(with("Content-Length: 999999999999999999"));
        assertEquals(999_999_999_999_999_999L, head.contentLength());
        head.clear();
        parse(with("tRANSFER-eNCODING:\t ChunKed \t"));
        assertEquals(Head.UNKNOWN_LENGTH, head.contentLength());
        assertTrue(parser.chunked());
        assertFalse(head.contains(FieldName.TRANSFER_ENCODING));
        head.clear();
        parse(with("A: b"));
        assertEquals(0, head.contentLength());
        assertFalse(parser.chunked());
    }

    @Test
    void expectsOnlyWithABodyAndNeverPassesItOn() {
        parse(with("Expect: 100-Continue\r\nContent-Length: 5"));
        assertTrue(parser.expectContinue());
        assertFalse(head.contains(FieldName.EXPECT));
        head.clear();
        parse(with("Expect: 100-continue"));
        assertFalse(parser.expectContinue());
        head.clear();
        parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertFalse(parser.expectContinue());
    }

    @Test
    void keepsConnectionsAlive() {
        assertTrue(keepAlive("HTTP/1.1", "A: b"));
        assertFalse(keepAlive("HTTP/1.1", "Connection: close"));
        assertFalse(keepAlive("HTTP/1.1", "Connection: keep-alive\r\nConnection: x, CLOSE"));
        assertFalse(keepAlive("HTTP/1.0", "A: b"));
        assertTrue(keepAlive("HTTP/1.0", "Connection: , Keep-Alive ,"));
        assertFalse(keepAlive("HTTP/1.0", "Connection: keep-alive, close"));
    }

    private boolean keepAlive(String version, String field) {
        head.clear();
        parse("GET / " + version + "\r\n" + HOST + field + "\r\n\r\n");
        return parser.keepAlive();
    }

    @Test
    void removesWhatIsForThisHop() {
        parse(with("Connection: close, Foo\r\nFoo: 1\r\nConnection: BAR\r\nfoo: 2\r\nbar: 3\r\nKeep-Alive: 5\r\n"
                + "Proxy-Connection: close\r\nProxy: http://evil/\r\nProxy-Authorization: Basic x\r\nTE: gzip;q=0.5\r\n"
                + "Upgrade: websocket\r\nHTTP2-Settings: x\r\nClose: x\r\nX_Forwarded_For: 1.2.3.4\r\n"
                + "X-Foo: 1\r\nA_B: c\r\nTrailer: x"));
        assertEquals("POST /\nHost: a.example\nX-Foo: 1\nA_B: c\nTrailer: x\n", head.toString());
    }

    @Test
    void keepsTheWishForTrailers() {
        parse(with("Connection: TE\r\nTE: gzip, Trailers"));
        assertEquals("trailers", head.getAll(FieldName.TE));
    }

    @Test
    void upgradesAGetWithoutABody() {
        String fields = HOST + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";
        parse(GET + fields + "\r\n");
        assertTrue(head.upgrade());
        assertEquals("websocket", head.get(FieldName.UPGRADE));
        assertNoUpgrade("POST / HTTP/1.1\r\n" + fields + "\r\n");
        assertNoUpgrade(GET + fields + "Content-Length: 1\r\n\r\n");
        assertNoUpgrade("GET / HTTP/1.0\r\n" + fields + "\r\n");
        assertNoUpgrade(GET + HOST + "Upgrade: websocket\r\n\r\n");
        assertNoUpgrade(
                GET + HOST + "Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\n");
        assertNoUpgrade(GET + HOST + "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n");
    }

    private void assertNoUpgrade(String raw) {
        head.clear();
        parse(raw);
        assertFalse(head.upgrade());
        assertFalse(head.contains(FieldName.UPGRADE));
        assertFalse(head.contains(FieldName.of("http2-settings")));
    }

    @Test
    void takesUnusualMethodsAndValues() {
        parse("PROPFIND / HTTP/1.1\r\n" + HOST + "A: \u00e9\u0080\ttab\r\nB: 1234567\t9\r\n\r\n");
        assertEquals("PROPFIND", head.method());
        assertEquals("\u00e9\u0080\ttab", head.get(FieldName.of("a")));
        assertEquals("1234567\t9", head.get(FieldName.of("b")));
        String method = head.method();
        head.clear();
        parse("PROPFIND / HTTP/1.1\r\n" + HOST + "\r\n");
        assertSame(method, head.method());
    }

    @Test
    void staysWithinItsLimits() {
        var limits = new HeadLimits(100, 2, 16);
        String fits = "GET /234567890123456 HTTP/1.1\r\nHost: a\r\nB: " + "c".repeat(53) + "\r\n\r\n";
        assertEquals(100, fits.length());
        assertEquals(HeadParser.DONE, Reading.request(Reading.bytes(fits), limits, null).result());
        assertEquals(431, status(fits.replace("ccc", "cccc"), limits));
        assertEquals(414, status(fits.replace("/2", "/12"), limits));
        assertEquals(431, status("GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\n\r\n", limits));
    }

    private static int status(String raw, HeadLimits limits) {
        return Reading.request(Reading.bytes(raw), limits, null).status();
    }

    @Test
    void allocatesNothing() {
        byte[] raw = Reading.bytes(HeadParserBenchmark.BROWSER);
        // The detector of leaks, which tests run with, allocates for buffers of other kinds.
        ByteBuf in = Unpooled.wrappedBuffer(raw);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        long before = 0;
        for (int i = 0; i < 20_000; i++) {
            if (i == 10_000) {
                before = threads.getThreadAllocatedBytes(thread);
            }
            head.clear();
            in.readerIndex(0);
            assertEquals(HeadParser.DONE, parser.parse(head, in));
        }
        long after = threads.getThreadAllocatedBytes(thread);
        // What the measuring itself and class loading need; one object per head would be 160 KB at least.
        assertTrue(after - before < 50_000, "10,000 heads allocated " + (after - before) + " bytes");
    }
}
