package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Whose word about the client is taken: forwarding fields and the PROXY protocol, in and out. */
@OnLoops
final class TrustTest {
    private static final byte[] V2 = {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

    private static RecordingOrigin origin;
    private static RecordingOrigin proxied;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        proxied = new RecordingOrigin().onOpen(TrustTest::skipProxyHeader);
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { trusted-hops = ["127.0.0.1", "10.0.0.0/8"], request-id = { echo = true } }

                [listeners.rfc7239]
                listen = "127.0.0.1:@rfc7239@"
                http = { trusted-hops = ["127.0.0.1", "10.0.0.0/8"], client-address = "forwarded", x-forwarded = false, \
                forwarded = true }

                [listeners.distrusting]
                listen = "127.0.0.1:@distrusting@"
                http = { trusted-hops = ["10.0.0.0/8"], x-forwarded = false }

                [listeners.proxied]
                listen = "127.0.0.1:@proxied@"
                http = { proxy-protocol = ["127.0.0.1"], head-timeout = "400ms" }

                [clusters.app]
                endpoints = [%1$s]

                [clusters.v1]
                endpoints = [%2$s]
                http = { send-proxy-protocol = "v1" }

                [clusters.v2]
                endpoints = [%2$s]
                http = { send-proxy-protocol = "v2" }

                [[routes]]
                name = "v1"
                match = { path = "/v1" }
                to = "v1"

                [[routes]]
                name = "v2"
                match = { path = "/v2" }
                to = "v2"

                [[routes]]
                name = "app"
                stages = [{ use = "headers", response.set = { x-client = "${client.address}" } }]
                to = "app"
                """.formatted(origin.endpoint(), proxied.endpoint())).start();
    }

    private static void skipProxyHeader(RecordingOrigin.Link link) throws java.io.IOException {
        byte[] first = link.in().readNBytes(12);
        if (Arrays.equals(first, V2)) {
            byte[] rest = link.in().readNBytes(4);
            link.in().readNBytes(ByteBuffer.wrap(rest).getShort(2));
        } else {
            while (link.in().read() != '\n') {
                continue;
            }
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
            proxied.close();
        }
    }

    // ---- fields

    @Test
    void believesTrustedHops() {
        Reply reply = once(gateway.port(), get("/trusted", "X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.1.2.3",
                "X-Forwarded-Proto: https", "X-Forwarded-Host: www.example.org", "X-Request-Id: abc-123"));
        // From the right: 10.1.2.3 is a hop of ours, before it came 203.0.113.7, and what that said is its own affair.
        assertEquals("203.0.113.7", reply.field("x-client"));
        assertEquals("abc-123", reply.field("x-request-id"));
        RecordingOrigin.Call call = origin.call("/trusted");
        assertTrue(String.join(", ", call.all("x-forwarded-for")).endsWith("203.0.113.7, 10.1.2.3, 127.0.0.1"),
                call::head);
        assertEquals("https", call.field("x-forwarded-proto"));
        assertEquals("www.example.org", call.field("x-forwarded-host"));
        assertEquals("abc-123", call.field("x-request-id"));
    }

    @Test
    void takesNoRequestIdThatIsNone() {
        Reply reply = once(gateway.port(), get("/bad-id", "X-Request-Id: a b\"c"));
        assertTrue(reply.field("x-request-id").matches("[0-9a-f]{32}"), reply::toString);
        assertNotEquals("a b\"c", origin.call("/bad-id").field("x-request-id"));
    }

    @Test
    void survivesNonsenseFromATrustedHop() {
        for (String value : new String[] {"unknown", "_hidden", "1.2.3.4:99999", "[::1", "999.1.1.1", "", ",,,",
                "a".repeat(2000),
                "1.2.3.4, , 10.0.0.1", "::ffff:1.2.3.4", "[2001:db8::1]:443"}) {
            assertEquals(200, once(gateway.port(), get("/nonsense", "X-Forwarded-For: " + value)).status(), value);
        }
        assertEquals("2001:db8:0:0:0:0:0:1",
                once(gateway.port(), get("/v6", "X-Forwarded-For: 2001:db8::1")).field("x-client")
                        .replace("2001:db8::1", "2001:db8:0:0:0:0:0:1"));
    }

    @Test
    void readsAndWritesForwarded() {
        Reply reply = once(gateway.port("rfc7239"), get("/rfc7239", "X-Forwarded-For: 6.6.6.6",
                "Forwarded: for=203.0.113.8;proto=https, for=\"10.1.1.1:4000\""));
        assertEquals("203.0.113.8", reply.field("x-client"));
        RecordingOrigin.Call call = origin.call("/rfc7239");
        assertTrue(String.join(", ", call.all("forwarded")).contains("for=127.0.0.1"), call::head);
        assertTrue(String.join(", ", call.all("forwarded")).startsWith("for=203.0.113.8;proto=https"), call::head);
    }

    @Test
    void removesWhatOthersSay() {
        Reply reply = once(gateway.port("distrusting"), get("/distrusted", "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "Forwarded: for=203.0.113.7"));
        assertEquals("127.0.0.1", reply.field("x-client"));
        RecordingOrigin.Call call = origin.call("/distrusted");
        for (String name : new String[] {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"}) {
            assertNull(call.field(name));
        }
    }

    // ---- PROXY protocol in

    private static Reply behindProxyHeader(byte[] header, String path) {
        try (var client = new RawClient(gateway.port("proxied"))) {
            return client.send(header).send(get(path)).reply();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] v2(int command, int family, byte[] rest) {
        return ByteBuffer.allocate(16 + rest.length).put(V2).put((byte) command).put((byte) family)
                .putShort((short) rest.length).put(rest).array();
    }

    @Test
    void readsProxyHeaders() {
        assertEquals("203.0.113.9",
                behindProxyHeader(ascii("PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\n"), "/proxy1").field("x-client"));
        assertEquals("203.0.113.9", origin.call("/proxy1").field("x-forwarded-for"));
        assertEquals("2001:db8:0:0:0:0:0:9",
                behindProxyHeader(ascii("PROXY TCP6 2001:db8::9 ::1 4711 80\r\n"), "/proxy2")
                        .field("x-client").replace("2001:db8::9", "2001:db8:0:0:0:0:0:9"));
        assertEquals("127.0.0.1", behindProxyHeader(ascii("PROXY UNKNOWN\r\n"), "/proxy3").field("x-client"));
        byte[] addresses = {(byte) 203, 0, 113, 10, (byte) 192, 0, 2, 1, 18, 52, 0, 80};
        assertEquals("203.0.113.10", behindProxyHeader(v2(0x21, 0x11, addresses), "/proxy4").field("x-client"));
        // Type-length-values behind the addresses are passed over.
        byte[] more = Arrays.copyOf(addresses, addresses.length + 10);
        more[12] = 4;
        more[14] = 7;
        assertEquals("203.0.113.10", behindProxyHeader(v2(0x21, 0x11, more), "/proxy5").field("x-client"));
        assertEquals("127.0.0.1", behindProxyHeader(v2(0x20, 0, new byte[0]), "/proxy6").field("x-client"));
    }

    @Test
    void readsAProxyHeaderInSingleBytes() {
        try (var client = new RawClient(gateway.port("proxied"))) {
            for (byte b : ascii("PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\n" + get("/slow-proxy"))) {
                client.send(new byte[] {b});
            }
            assertEquals("203.0.113.9", client.reply().field("x-client"));
        }
    }

    @Test
    void endsConnectionsWithoutAProxyHeader() {
        for (byte[] header : new byte[][] {new byte[0], ascii("PROXY TCP4 1.2.3.4\r\n"),
                ascii("PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\r\n"),
                ascii("PROXY " + "x".repeat(200)), v2(0x31, 0x11, new byte[12]), v2(0x21, 0x11, new byte[4])}) {
            try (var client = new RawClient(gateway.port("proxied"))) {
                client.trySend(header).trySend(ascii(get("/no-proxy")));
                String rest = new String(client.rest(), StandardCharsets.ISO_8859_1);
                assertTrue(rest.isEmpty() || rest.startsWith("HTTP/1.1 400 "), rest);
            }
        }
        assertTrue(origin.calls("/no-proxy").isEmpty());
        try (var silent = new RawClient(gateway.port("proxied"))) {
            silent.rest();
        }
    }

    @Test
    void aProxyHeaderFromNobodyKnownIsNoRequest() {
        assertEquals(400,
                once(gateway.port(), "PROXY TCP4 6.6.6.6 192.0.2.1 4711 80\r\n" + get("/unknown-proxy")).status());
        assertTrue(origin.calls("/unknown-proxy").isEmpty());
    }

    // ---- PROXY protocol out

    @Test
    void writesProxyHeaders() {
        try (var client = new RawClient(gateway.port())) {
            assertEquals(200, client.send(get("/v1")).reply().status());
            assertEquals(200, client.send(get("/v2")).reply().status());
            String first = new String(proxied.call("/v1").link().bytes(), StandardCharsets.ISO_8859_1);
            assertTrue(first.startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.localPort() + " " + gateway.port()
                    + "\r\nGET /v1 "), first);
            byte[] second = proxied.call("/v2").link().bytes();
            byte[] expected = v2(0x21, 0x11, ByteBuffer.allocate(12).put(new byte[] {127, 0, 0, 1, 127, 0, 0, 1})
                    .putShort((short) client.localPort()).putShort((short) gateway.port()).array());
            assertArrayEquals(expected, Arrays.copyOf(second, expected.length));
        }
    }

    @Test
    void keepsClientsApartByConnections() {
        Reply one = once(gateway.port(), get("/v1?a", "X-Forwarded-For: 203.0.113.20"));
        Reply two = once(gateway.port(), get("/v1?b", "X-Forwarded-For: 203.0.113.21"));
        assertEquals(200, one.status());
        assertEquals(200, two.status());
        var calls = proxied.calls("/v1").stream().filter(call -> call.target().contains("?")).toList();
        assertNotSame(calls.get(0).link(), calls.get(1).link());
    }
}
