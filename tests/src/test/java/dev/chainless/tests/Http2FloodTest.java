package dev.chainless.tests;

import static dev.chainless.tests.FramePeer.frame;
import static dev.chainless.tests.FramePeer.number;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Clients that keep a gateway of little memory busy for nothing. Each has to be told to calm down after a bounded number of
 * frames, and nobody else may notice.
 */
@OnLoops
final class Http2FloodTest {
    /** More than any bound lets pass. */
    private static final int MOST = 200_000;
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "local"
                match = { path = "/local" }
                to = { respond = { body = "hello" } }

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(origin.endpoint())).jvm("-Xmx64m", "-XX:MaxDirectMemorySize=64m").start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    /** Sends until the gateway ends it. {@return the last frame that the gateway has sent} */
    private static FramePeer.Frame flood(FramePeer peer, IntFunction<byte[]> frames) throws Exception {
        Thread sender = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; i < MOST; i++) {
                    peer.write(frames.apply(i));
                }
            } catch (SocketException e) {
                // The gateway has closed the connection.
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        FramePeer.Frame said = peer.read(FramePeer.GOAWAY);
        peer.close();
        sender.join();
        return said;
    }

    private static void calms(String what, byte[] first, IntFunction<byte[]> frames) throws Exception {
        try (FramePeer peer = FramePeer.client(gateway.port()); FramePeer other = FramePeer.client(gateway.port())) {
            peer.write(first);
            assertEquals(FramePeer.ENHANCE_YOUR_CALM, flood(peer, frames).code(), what);
            other.get(1, "/local");
            assertTrue(other.read(FramePeer.HEADERS).has(FramePeer.END_HEADERS), what);
        }
    }

    private static byte[] both(byte[] one, byte[] two) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(one);
        all.writeBytes(two);
        return all.toByteArray();
    }

    private static byte[] get(int i, String path) {
        return frame(FramePeer.HEADERS, FramePeer.END_HEADERS | FramePeer.END_STREAM, 2 * i + 1,
                FramePeer.request("GET", path));
    }

    /** CVE-2023-44487. */
    @Test
    void rapidReset() throws Exception {
        origin.on("/slow", call -> call.link().readToEnd());
        calms("rapid reset", new byte[0], i -> both(get(i, "/slow"),
                frame(FramePeer.RST_STREAM, 0, 2 * i + 1, number(FramePeer.CANCEL))));
        assertTrue(origin.calls("/slow").size() < 1000, "every request came to the origin");
    }

    /** CVE-2025-8671: the client breaks the protocol on a stream, so that the gateway itself resets it. */
    @Test
    void resetsThatTheGatewayMakes() throws Exception {
        origin.on("/made", call -> call.link().readToEnd());
        Map<String, IntFunction<byte[]>> ways = new TreeMap<>(Map.of(
                "a window of nothing", i -> frame(FramePeer.WINDOW_UPDATE, 0, 2 * i + 1, number(0)),
                "a window past its bound", i -> frame(FramePeer.WINDOW_UPDATE, 0, 2 * i + 1, number(Integer.MAX_VALUE)),
                "a priority of another length", i -> frame(FramePeer.PRIORITY, 0, 2 * i + 1, new byte[4]),
                "a head without an end", i -> frame(FramePeer.HEADERS, FramePeer.END_HEADERS, 2 * i + 1,
                        FramePeer.block("x", "y"))));
        for (var way : ways.entrySet()) {
            calms(way.getKey(), new byte[0], i -> both(frame(FramePeer.HEADERS, FramePeer.END_HEADERS, 2 * i + 1,
                    FramePeer.request("POST", "/made")), way.getValue().apply(i)));
        }
    }

    @Test
    void malformedRequests() throws Exception {
        calms("malformed", new byte[0], i -> frame(FramePeer.HEADERS, FramePeer.END_HEADERS | FramePeer.END_STREAM,
                2 * i + 1, FramePeer.request("GET", "/local", "connection", "close")));
    }

    /** CVE-2024-27316 and the like. */
    @Test
    void continuations() throws Exception {
        byte[] begin = frame(FramePeer.HEADERS, 0, 1, FramePeer.request("GET", "/local"));
        calms("empty ones", begin, _ -> frame(FramePeer.CONTINUATION, 0, 1));
        calms("large ones", begin, _ -> frame(FramePeer.CONTINUATION, 0, 1, new byte[16_000]));
    }

    /** CVE-2019-9511 to 9518: frames that cost an answer, or carry no work. */
    @Test
    void framesWithoutWork() throws Exception {
        byte[] post = frame(FramePeer.HEADERS, FramePeer.END_HEADERS, 1, FramePeer.request("POST", "/held"));
        origin.on("/held", call -> call.link().readToEnd());
        calms("PING", new byte[0], _ -> frame(FramePeer.PING, 0, 0, new byte[8]));
        calms("SETTINGS", new byte[0], _ -> frame(FramePeer.SETTINGS, 0, 0));
        calms("acknowledgements", new byte[0], _ -> frame(FramePeer.SETTINGS, FramePeer.ACK, 0));
        calms("PRIORITY", new byte[0], i -> frame(FramePeer.PRIORITY, 0, 2 * i + 1, new byte[5]));
        calms("WINDOW_UPDATE", new byte[0], _ -> frame(FramePeer.WINDOW_UPDATE, 0, 0, number(1)));
        calms("unknown", new byte[0], _ -> frame(0x77, 0, 0));
        calms("empty DATA", post, _ -> frame(FramePeer.DATA, 0, 1));
        calms("padding alone", post, _ -> frame(FramePeer.DATA, 8, 1, new byte[] {0}));
    }
}
