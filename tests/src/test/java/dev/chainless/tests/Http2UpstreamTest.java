package dev.chainless.tests;

import static dev.chainless.tests.FramePeer.frame;
import static dev.chainless.tests.FramePeer.number;
import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Endpoints that speak HTTP/2 and do not take every request. */
final class Http2UpstreamTest {
    /** With one loop there is one connection, of which the test knows the streams. */
    private static final int LOOPS = 1;
    private static final byte[] STATUS_200 = {(byte) 0x88};

    /** What an endpoint does about one request. */
    private interface Script {
        void play(FramePeer peer, FramePeer.Frame headers) throws IOException;
    }

    /** An endpoint that answers the requests, of all its connections, by the scripts in turn, and 200 afterwards. */
    private static final class Endpoint implements AutoCloseable {
        private final ServerSocket server;
        private final List<Script> scripts = new CopyOnWriteArrayList<>();
        private final List<FramePeer> peers = new CopyOnWriteArrayList<>();

        Endpoint(Script... first) {
            try {
                server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            scripts.addAll(List.of(first));
            Thread.ofPlatform().daemon().start(this::accept);
        }

        private void accept() {
            while (true) {
                try {
                    FramePeer peer = FramePeer.server(server.accept());
                    peers.add(peer);
                    Thread.ofPlatform().daemon().start(() -> serve(peer));
                } catch (IOException e) {
                    return; // closed
                }
            }
        }

        private void serve(FramePeer peer) {
            try (peer) {
                while (true) {
                    FramePeer.Frame headers = peer.read(FramePeer.HEADERS);
                    Script script;
                    synchronized (scripts) {
                        script = scripts.isEmpty() ? Endpoint::answer : scripts.removeFirst();
                    }
                    script.play(peer, headers);
                }
            } catch (IOException e) {
                // The gateway has closed the connection.
            }
        }

        static void answer(FramePeer peer, FramePeer.Frame headers) throws IOException {
            peer.write(frame(FramePeer.HEADERS, FramePeer.END_HEADERS | FramePeer.END_STREAM, headers.stream(),
                    STATUS_200));
        }

        static void refuse(FramePeer peer, FramePeer.Frame headers) throws IOException {
            peer.write(frame(FramePeer.RST_STREAM, 0, headers.stream(), number(FramePeer.REFUSED_STREAM)));
        }

        static void breakOff(FramePeer peer, FramePeer.Frame headers) throws IOException {
            peer.write(frame(FramePeer.RST_STREAM, 0, headers.stream(), number(FramePeer.CANCEL)));
        }

        /** Takes no request after so many streams. */
        static void leave(FramePeer peer, int last) throws IOException {
            byte[] payload = new byte[8];
            System.arraycopy(number(last), 0, payload, 0, 4);
            peer.write(frame(FramePeer.GOAWAY, 0, 0, payload));
        }

        int connections() {
            return peers.size();
        }

        String address() {
            return "\"127.0.0.1:" + server.getLocalPort() + "\"";
        }

        @Override
        public void close() {
            try {
                server.close();
                for (FramePeer peer : peers) {
                    peer.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static GatewayProcess gateway(String endpoints) {
        return GatewayProcess.with(LOOPS, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]
                http = { version = "2" }

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(endpoints)).start();
    }

    private static int status(GatewayProcess gateway, String request) {
        return once(gateway.port(), request).status();
    }

    @Test
    void aRequestThatWasRefusedIsSentAgain() {
        try (var endpoint = new Endpoint(Endpoint::refuse); GatewayProcess gateway = gateway(endpoint.address())) {
            assertEquals(200, status(gateway, get("/a")));
            endpoint.scripts.add(Endpoint::refuse);
            assertEquals(200, status(gateway, request("POST", "/b", "Content-Length: 0")), "it has seen nothing of it");
            assertEquals(1, endpoint.connections());
            assertEquals(2, gateway.metric("chainless_upstream_retries_total"));
        }
    }

    @Test
    void notTwiceAndNotWithoutItsBody() {
        try (var endpoint = new Endpoint(Endpoint::refuse, Endpoint::refuse);
                GatewayProcess gateway = gateway(endpoint.address())) {
            assertEquals(502, status(gateway, get("/a")), "one try more is what the configuration allows");
            endpoint.scripts.add((peer, headers) -> {
                peer.read(FramePeer.DATA);
                Endpoint.refuse(peer, headers);
            });
            assertEquals(502, status(gateway, request("POST", "/b", "Content-Length: 3") + "abc"));
            endpoint.scripts.add(Endpoint::breakOff);
            assertEquals(502, status(gateway, request("POST", "/c", "Content-Length: 0")), "it may have done it");
            assertEquals(200, status(gateway, get("/d")));
            assertEquals(1, endpoint.connections());
        }
    }

    @Test
    void anotherEndpointTakesIt() {
        Script refuses = Endpoint::refuse;
        try (var one = new Endpoint(refuses, refuses, refuses, refuses);
                var two = new Endpoint();
                GatewayProcess gateway = gateway(one.address() + ", " + two.address())) {
            for (int i = 0; i < 8; i++) {
                assertEquals(200, status(gateway, get("/" + i)));
            }
        }
    }

    @Test
    void whatAnEndpointThatLeavesHasNotSeenIsSentAgain() {
        try (var endpoint = new Endpoint((peer, headers) -> Endpoint.leave(peer, 0));
                GatewayProcess gateway = gateway(endpoint.address())) {
            assertEquals(200, status(gateway, request("POST", "/a", "Content-Length: 0")));
            assertEquals(2, endpoint.connections());
        }
    }

    @Test
    void whatItHasSeenItAnswersStill() {
        try (var endpoint = new Endpoint((peer, headers) -> {
            Endpoint.leave(peer, headers.stream());
            Endpoint.answer(peer, headers);
            peer.expectEnd();
        }); GatewayProcess gateway = gateway(endpoint.address())) {
            assertEquals(200, status(gateway, get("/a")));
            assertEquals(200, status(gateway, get("/b")));
            assertEquals(2, endpoint.connections());
            assertEquals(0, gateway.metric("chainless_upstream_retries_total"));
        }
    }
}
