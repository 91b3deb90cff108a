package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Peers over HTTP/3 that are slower than each other, and clients that send nothing. */
final class Http3LimitsTest {
    private static final int LARGE = 200_000_000;
    /** What windows and the kernel's buffers may hold of it. */
    private static final int BUFFERED = 40_000_000;
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        origin = new RecordingOrigin(64 * 1024);
        gateway = GatewayProcess.with(2, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [listeners.web.http]
                versions = ["1.1", "3"]
                head-timeout = "500ms"
                body-timeout = "500ms"
                write-timeout = "1s"
                keep-alive = "1s"

                [listeners.web.tls]
                certificates = [%s]

                [clusters.app]
                endpoints = [%s]
                idle-timeout = "1s"
                response-timeout = "2s"
                retries = 0

                [[routes]]
                name = "all"
                to = "app"
                max-body = 0
                """.formatted(new Authority("tests").ecdsa("site", "DNS:localhost").toml(), origin.endpoint())).start();
    }

    @AfterAll
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static String[] post(String path) {
        return new String[] {":method=POST", ":scheme=https", ":authority=localhost", ":path=" + path};
    }

    @Test
    void aClientThatDoesNotReadStopsTheOrigin() {
        var written = new AtomicLong();
        var broken = new AtomicBoolean();
        origin.on("/unread", call -> {
            byte[] piece = new byte[100_000];
            try {
                call.link().write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                while (written.get() < LARGE) {
                    call.link().write(piece, piece.length);
                    written.addAndGet(piece.length);
                }
            } catch (IOException e) {
                broken.set(true);
                throw e;
            }
        });
        try (var client = QuicClient.connect(gateway.port()).withSettings()) {
            QuicClient.Stream stream = client.request().pause();
            stream.head(true, ":method=GET", ":scheme=https", ":authority=localhost", ":path=/unread");
            Await.until("the exchange is given up", broken::get);
            assertTrue(written.get() < BUFFERED, written::toString);
            assertTrue(client.isOpen());
        }
    }

    @Test
    void anOriginThatDoesNotReadStopsTheClient() {
        var over = new CountDownLatch(1);
        origin.on("/unwanted", _ -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        double before = gateway.metric("chainless_received_bytes_total", "listener=\"web\"");
        try (var client = Http3Client.connect(gateway.port())) {
            var request = new Http3Client.Request("POST", "/unwanted").body(new byte[LARGE / 2]);
            try {
                assertEquals(504, client.send(request).status());
            } catch (AssertionError e) {
                assertTrue(String.valueOf(e.getMessage()).contains("no answer"), e::toString); // it was reset
            }
        }
        Await.until("the exchange has ended",
                () -> gateway.metric("chainless_exchanges_active", "listener=\"web\"") == 0);
        over.countDown();
        double received = gateway.metric("chainless_received_bytes_total", "listener=\"web\"") - before;
        assertTrue(received < BUFFERED, () -> Double.toString(received));
    }

    @Test
    void headsAndBodiesMustComeInTime() {
        origin.on("/body", RecordingOrigin.Call::body);
        try (var client = QuicClient.connect(gateway.port()).withSettings()) {
            QuicClient.Stream head = client.request().write(1);
            QuicClient.Stream body = client.request().head(false, post("/body"));
            assertEquals(0x10d, head.resetCode());
            assertEquals(408, body.status());
        }
    }

    @Test
    void anIdleConnectionIsClosed() {
        try (var client = QuicClient.connect(gateway.port()).withSettings()) {
            assertEquals(0x100, client.closeCode());
        }
    }
}
