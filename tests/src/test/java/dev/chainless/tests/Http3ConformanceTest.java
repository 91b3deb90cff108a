package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What RFC 9114 and RFC 9204 say that a server must do about clients that break them: the list that h3spec checks, and more. */
final class Http3ConformanceTest {
    private static final String[] GET = {":method=GET", ":scheme=https", ":authority=localhost", ":path=/"};
    /** To an origin that answers when the body has come. */
    private static final String[] POST = {":method=POST", ":scheme=https", ":authority=localhost", ":path=/wait"};
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    /** What a client does wrong, and the code of the answer. */
    private record Wrong(String what, long code, Consumer<QuicClient> deed) {}

    @BeforeAll
    static void start() {
        origin = new RecordingOrigin().on("/wait", RecordingOrigin.Call::body);
        gateway = GatewayProcess.with(2, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { versions = ["2", "3"] }

                [listeners.web.tls]
                certificates = [%s]

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "waits"
                match = { path = "/wait" }
                to = "app"

                [[routes]]
                name = "all"
                to = { respond = { body = "hello" } }
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

    private static String[] with(String... more) {
        return with(GET, more);
    }

    private static String[] with(String[] first, String... more) {
        var fields = new ArrayList<>(List.of(first));
        fields.addAll(List.of(more));
        return fields.toArray(String[]::new);
    }

    private static QuicClient.Stream control(QuicClient client) {
        return client.oneWay().write(0, 4, 0);
    }

    private static byte[] none() {
        return new byte[0];
    }

    @TestFactory
    Stream<DynamicTest> errorsOfTheConnection() {
        return Stream.of(
                new Wrong("the first frame of the control stream is no SETTINGS", 0x10a,
                        client -> client.oneWay().write(0, 7, 1, 0)),
                new Wrong("a second SETTINGS", 0x105, client -> control(client).frame(4, none(), false)),
                new Wrong("DATA on the control stream", 0x105, client -> control(client).frame(0, new byte[1], false)),
                new Wrong("HEADERS on the control stream", 0x105, client -> control(client).head(false, GET)),
                new Wrong("PUSH_PROMISE on the control stream", 0x105,
                        client -> control(client).frame(5, new byte[1], false)),
                new Wrong("a frame of HTTP/2 on the control stream", 0x105,
                        client -> control(client).frame(8, new byte[4], false)),
                new Wrong("a second control stream", 0x103, client -> {
                    control(client);
                    control(client);
                }),
                new Wrong("a second encoder stream", 0x103, client -> {
                    client.withSettings().oneWay().write(2);
                    client.oneWay().write(2);
                }),
                new Wrong("a push stream", 0x103, client -> client.withSettings().oneWay().write(1, 0)),
                new Wrong("the end of the control stream", 0x104, client -> client.oneWay().end(0, 4, 0)),
                new Wrong("a reset of the control stream", 0x104, client -> {
                    QuicClient.Stream control = control(client);
                    assertEquals(200, client.request().head(true, GET).status());
                    control.reset(0x100);
                }),
                new Wrong("the end of the encoder stream", 0x104, client -> client.withSettings().oneWay().end(2)),
                new Wrong("a setting of HTTP/2", 0x109, client -> client.oneWay().write(0, 4, 2, 4, 1)),
                new Wrong("a setting twice", 0x109, client -> client.oneWay().write(0, 4, 4, 6, 1, 6, 1)),
                new Wrong("a setting that is neither 0 nor 1", 0x109, client -> client.oneWay().write(0, 4, 2, 8, 2)),
                new Wrong("a setting without a value", 0x106, client -> client.oneWay().write(0, 4, 1, 6)),
                new Wrong("a GOAWAY with more than its number", 0x106,
                        client -> control(client).frame(7, new byte[2], false)),
                new Wrong("a GOAWAY without its number", 0x106, client -> control(client).frame(7, none(), false)),
                new Wrong("a GOAWAY whose number grows", 0x108,
                        client -> control(client).write(7, 1, 1, 7, 1, 2)),
                new Wrong("a MAX_PUSH_ID that shrinks", 0x108, client -> control(client).write(13, 1, 2, 13, 1, 1)),
                new Wrong("a CANCEL_PUSH of no push", 0x108, client -> control(client).write(3, 1, 0)),
                new Wrong("a PRIORITY_UPDATE for no request", 0x108,
                        client -> control(client).frame(0xf0700, new byte[] {2}, false)),
                new Wrong("DATA before HEADERS", 0x105, client -> client.withSettings().request().write(0, 1, 'x')),
                new Wrong("DATA after trailers", 0x105, client -> client.withSettings().request()
                        .head(false, POST).head(false, "x=y").write(0, 1, 'x')),
                new Wrong("HEADERS after trailers", 0x105, client -> client.withSettings().request()
                        .head(false, POST).head(false, "x=y").head(false, "x=y")),
                new Wrong("SETTINGS on a request's stream", 0x105,
                        client -> client.withSettings().request().write(4, 0)),
                new Wrong("GOAWAY on a request's stream", 0x105,
                        client -> client.withSettings().request().write(7, 1, 0)),
                new Wrong("CANCEL_PUSH on a request's stream", 0x105,
                        client -> client.withSettings().request().write(3, 1, 0)),
                new Wrong("MAX_PUSH_ID on a request's stream", 0x105,
                        client -> client.withSettings().request().write(13, 1, 0)),
                new Wrong("PUSH_PROMISE of a client", 0x105, client -> client.withSettings().request().write(5, 1, 0)),
                new Wrong("a frame of HTTP/2 on a request's stream", 0x105,
                        client -> client.withSettings().request().write(6, 0)),
                new Wrong("a stream that ends within a frame", 0x106,
                        client -> client.withSettings().request().end(1, 10, 0, 0)),
                new Wrong("an entry past the static table", 0x200,
                        client -> client.withSettings().request().frame(1, QuicClient.bytes(0, 0, 0xff, 0x7f), false)),
                new Wrong("a required insert count", 0x200,
                        client -> client.withSettings().request().frame(1, QuicClient.bytes(2, 0, 0x80), false)),
                new Wrong("an entry of the dynamic table", 0x200,
                        client -> client.withSettings().request().frame(1, QuicClient.bytes(0, 0, 0x80), false)),
                new Wrong("an empty field section", 0x200,
                        client -> client.withSettings().request().frame(1, none(), true)),
                new Wrong("a capacity that was not allowed", 0x201,
                        client -> client.withSettings().oneWay().write(2, 0x3f, 0x45)),
                new Wrong("an insert", 0x201, client -> client.withSettings().oneWay().write(2, 0xc1, 1, 'x')),
                new Wrong("an acknowledgement of nothing", 0x202,
                        client -> client.withSettings().oneWay().write(3, 0x80)),
                new Wrong("an increment of 0", 0x202, client -> client.withSettings().oneWay().write(3, 0)),
                new Wrong("a long frame of an unknown type", 0x107, client -> client.withSettings().request()
                        .write(0x21, 0x80, 0x10, 0, 0)),
                new Wrong("more empty frames than anybody needs", 0x107, client -> {
                    QuicClient.Stream stream = client.withSettings().request();
                    for (int i = 0; i < 1100; i++) {
                        stream.write(0x21, 0);
                    }
                }))
                .map(wrong -> dynamicTest(wrong.what(), () -> {
                    try (QuicClient client = QuicClient.connect(gateway.port())) {
                        wrong.deed().accept(client);
                        assertEquals(Long.toHexString(wrong.code()), Long.toHexString(client.closeCode()));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> malformedRequests() {
        return Stream.of(
                new Wrong("no :method", 0x10e,
                        client -> head(client, ":scheme=https", ":authority=localhost", ":path=/")),
                new Wrong("no :scheme", 0x10e,
                        client -> head(client, ":method=GET", ":authority=localhost", ":path=/")),
                new Wrong("no :path", 0x10e,
                        client -> head(client, ":method=GET", ":scheme=https", ":authority=localhost")),
                new Wrong("an empty :path", 0x10e,
                        client -> head(client, ":method=GET", ":scheme=https", ":authority=localhost", ":path=")),
                new Wrong("neither :authority nor Host", 0x10e,
                        client -> head(client, ":method=GET", ":scheme=https", ":path=/")),
                new Wrong("a pseudo-field twice", 0x10e, client -> head(client, with(":method=GET"))),
                new Wrong("a pseudo-field after others", 0x10e, client -> head(client, ":method=GET", ":scheme=https",
                        ":authority=localhost", "x=y", ":path=/")),
                new Wrong("an unknown pseudo-field", 0x10e, client -> head(client, ":method=GET", ":scheme=https",
                        ":authority=localhost", ":path=/", ":foo=bar")),
                new Wrong("a pseudo-field of responses", 0x10e, client -> head(client, ":method=GET", ":scheme=https",
                        ":authority=localhost", ":path=/", ":status=200")),
                new Wrong("an upper-case name", 0x10e, client -> head(client, with("X-Upper=1"))),
                new Wrong("Connection", 0x10e, client -> head(client, with("connection=close"))),
                new Wrong("Transfer-Encoding", 0x10e, client -> head(client, with("transfer-encoding=chunked"))),
                new Wrong("TE", 0x10e, client -> head(client, with("te=gzip"))),
                new Wrong("another Host", 0x10e, client -> head(client, with("host=other"))),
                new Wrong("a line break in a value", 0x10e, client -> head(client, with("x=a\r\nb"))),
                new Wrong("less body than Content-Length", 0x10e, client -> client.request()
                        .head(false, with(POST, "content-length=5")).frame(0, new byte[3], true)),
                new Wrong("more body than Content-Length", 0x10e, client -> client.request()
                        .head(false, with(POST, "content-length=5")).frame(0, new byte[7], false)),
                new Wrong("no body where Content-Length says some", 0x10e,
                        client -> head(client, with("content-length=5"))),
                new Wrong("a pseudo-field in trailers", 0x10e, client -> client.request()
                        .head(false, POST).head(true, ":method=GET")),
                new Wrong("no head", 0x10d, client -> client.request().write(true, none())))
                .map(wrong -> dynamicTest(wrong.what(), () -> {
                    try (QuicClient client = QuicClient.connect(gateway.port()).withSettings()) {
                        var streams = new ArrayList<QuicClient.Stream>();
                        client.onStream(streams::add);
                        wrong.deed().accept(client);
                        assertEquals(Long.toHexString(wrong.code()), Long.toHexString(streams.getFirst().resetCode()));
                        // An error of the stream alone.
                        assertEquals(200, client.request().head(true, GET).status());
                    }
                }));
    }

    private static void head(QuicClient client, String... fields) {
        client.request().head(true, fields);
    }

    @Test
    void whatIsNotKnownIsIgnored() {
        try (QuicClient client = QuicClient.connect(gateway.port())) {
            client.oneWay().write(0, 4, 2, 0x21, 1, 0x21, 2, 'x', 'y', 0x0d, 1, 3);
            client.oneWay().write(0x21, 1, 2, 3);
            client.oneWay().write(2);
            client.oneWay().write(3, 0x40, 0x7f, 5);
            QuicClient.Stream stream = client.request().write(0x21, 3, 1, 2, 3).head(false, GET).write(true,
                    QuicClient.bytes(0x21, 1, 0));
            assertEquals(200, stream.status());
            assertTrue(client.isOpen());
        }
    }

    @Test
    void longHeadsAreRefused() {
        try (QuicClient client = QuicClient.connect(gateway.port()).withSettings()) {
            char[] little = new char[40_000];
            Arrays.fill(little, 'a');
            assertEquals(431, client.request().head(true, with("x=" + new String(little, 0, 15_000),
                    "y=" + new String(little, 0, 15_000), "z=" + new String(little, 0, 5_000))).status());
            assertEquals(200, client.request().head(true, GET).status());
        }
    }

    @Test
    void connectIsRefused() {
        try (QuicClient client = QuicClient.connect(gateway.port()).withSettings()) {
            assertEquals(501, client.request().head(true, ":method=CONNECT", ":authority=localhost:1").status());
        }
    }

    @Test
    void aHeadInManyPieces() {
        try (QuicClient client = QuicClient.connect(gateway.port()).withSettings()) {
            QuicClient.Stream stream = client.request();
            byte[] section = Qpack.encode(GET);
            stream.write(1).write(section.length);
            for (int i = 0; i < section.length - 1; i++) {
                stream.write(section[i]);
            }
            stream.end(section[section.length - 1]);
            assertEquals(200, stream.status());
        }
    }

    @Test
    void requestsThatAreAnsweredEarlyAreNoFlood() {
        try (QuicClient client = QuicClient.connect(gateway.port()).withSettings()) {
            for (int i = 0; i < 300; i++) {
                Await.until("another stream may be opened", client::mayRequest);
                QuicClient.Stream stream = client.request().head(false, ":method=POST", ":scheme=https",
                        ":authority=localhost", ":path=/");
                assertEquals(200, stream.status());
                stream.frame(0, new byte[10], true);
            }
            assertEquals(200, client.request().head(true, GET).status());
        }
    }

    @Test
    void resetsPastTheBoundEndTheConnection() {
        try (QuicClient client = QuicClient.connect(gateway.port()).withSettings()) {
            for (int i = 0; i < 250 && client.isOpen(); i++) {
                Await.until("another stream may be opened", () -> client.mayRequest() || !client.isOpen());
                if (!client.isOpen()) {
                    break;
                }
                client.request().head(false, POST).reset(0x10c);
            }
            assertEquals(0x107, client.closeCode());
        }
    }
}
