package dev.chainless.tests;

import static dev.chainless.tests.FramePeer.frame;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** WebSocket over HTTP/2 (RFC 8441): towards clients, and between two gateways. The origin speaks HTTP/1.1. */
@OnLoops
final class Http2WebSocketTest {
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        origin.on("/chat", call -> {
            call.consumed();
            call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
            for (int b = call.link().in().read(); b >= 0; b = call.link().in().read()) {
                call.write(Character.toString((char) b));
            }
            call.link().close();
        });
        origin.on("/closed", call -> call.answer(403, "no"));
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [listeners.outer]
                listen = "127.0.0.1:@outer@"

                [clusters.app]
                endpoints = [%s]

                [clusters.inner]
                endpoints = ["127.0.0.1:@web@"]
                keep-alive = "1s"
                http = { version = "2" }

                [[routes]]
                name = "outer"
                listeners = ["outer"]
                to = "inner"

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static FramePeer connect(String listener, String path) throws IOException {
        FramePeer peer = FramePeer.client(gateway.port(listener));
        peer.write(frame(FramePeer.HEADERS, FramePeer.END_HEADERS, 1, FramePeer.request("CONNECT", path, ":protocol",
                "websocket", "sec-websocket-version", "13", "sec-websocket-protocol", "chat")));
        return peer;
    }

    private static boolean isOk(FramePeer.Frame headers) {
        return headers.payload()[0] == (byte) 0x88; // :status 200 of the static table
    }

    private static String data(FramePeer peer, int length) throws IOException {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(new String(peer.read(FramePeer.DATA).payload(), StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    private static void talk(String listener) throws IOException {
        try (FramePeer peer = connect(listener, "/chat")) {
            // Sent before anybody has agreed.
            peer.write(frame(FramePeer.DATA, 0, 1, "early".getBytes(StandardCharsets.ISO_8859_1)));
            FramePeer.Frame agreed = peer.read(FramePeer.HEADERS);
            assertTrue(isOk(agreed));
            assertFalse(agreed.has(FramePeer.END_STREAM));
            assertEquals("early", data(peer, 5));
            peer.write(frame(FramePeer.DATA, 0, 1, "and more".getBytes(StandardCharsets.ISO_8859_1)));
            assertEquals("and more", data(peer, 8));
            peer.get(3, "/beside");
            FramePeer.Frame beside = peer.read(FramePeer.HEADERS);
            assertEquals(3, beside.stream());
            assertTrue(isOk(beside));
            peer.write(frame(FramePeer.DATA, FramePeer.END_STREAM, 1));
            FramePeer.Frame last = peer.read(FramePeer.DATA);
            while (last.stream() != 1 || !last.has(FramePeer.END_STREAM)) {
                last = peer.read(FramePeer.DATA);
            }
        }
    }

    @Test
    void aClientTalksToAnOriginOfVersion1() throws IOException {
        talk("web");
        RecordingOrigin.Call call = origin.calls("/chat").getLast();
        assertTrue(call.head().startsWith("GET /chat HTTP/1.1\r\n"), call.head());
        assertEquals("websocket", call.field("upgrade"));
        assertEquals(24, call.field("sec-websocket-key").length());
        assertNull(call.field(":protocol"));
    }

    @Test
    void throughTwoGateways() throws IOException {
        talk("outer");
    }

    @Test
    void aClientOfVersion1TalksThroughTwoGateways() {
        try (var client = new RawClient(gateway.port("outer"))) {
            client.send(request("GET", "/chat", "Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            Reply head = client.head();
            assertEquals(101, head.status());
            assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.field("sec-websocket-accept")); // RFC 6455, section 1.3
            assertEquals("chat", head.field("sec-websocket-protocol"));
            client.send("hello");
            assertEquals("hello", new String(client.bytes(5), StandardCharsets.ISO_8859_1));
            client.halfClose().expectEnd();
        }
    }

    @Test
    void anOriginMayRefuse() throws IOException {
        for (String listener : new String[] {"web", "outer"}) {
            try (FramePeer peer = connect(listener, "/closed")) {
                assertFalse(isOk(peer.read(FramePeer.HEADERS)));
            }
        }
    }
}
