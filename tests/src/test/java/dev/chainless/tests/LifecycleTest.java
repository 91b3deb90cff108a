package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the process starts, refuses to start, and stops. */
final class LifecycleTest {
    private static String toml(RecordingOrigin origin) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "app"
                to = "app"
                """.formatted(origin.endpoint());
    }

    // ---- stopping

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void terminationLetsRequestsUnderWayEnd(int loops) {
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin().on("/slow", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
            Http1Test.await(go);
            call.write("half");
        }).on("/silent", call -> {
            Http1Test.await(go);
            call.answer("answered");
        });
                var gateway = GatewayProcess.with(loops, toml(origin)).start();
                var slow = new RawClient(gateway.port());
                var silent = new RawClient(gateway.port());
                var idle = new RawClient(gateway.port())) {
            assertEquals(200, idle.send(get("/idle")).reply().status());
            slow.send(get("/slow"));
            assertEquals("8", slow.head().field("content-length"));
            assertEquals("half", new String(slow.bytes(4), StandardCharsets.US_ASCII));
            silent.send(get("/silent"));
            origin.call("/silent");
            gateway.terminate();
            // Nothing is asked on it, so it is closed at once.
            idle.expectEnd();
            Await.until("new connections are refused", () -> refused(gateway.port()));
            assertEquals(503, gateway.admin("/readyz").statusCode());
            assertEquals(200, gateway.admin("/healthz").statusCode());
            go.countDown();
            assertEquals("half", new String(slow.bytes(4), StandardCharsets.US_ASCII));
            slow.expectEnd();
            Reply reply = silent.reply();
            assertEquals("answered", reply.text());
            assertEquals("close", reply.field("connection"));
            silent.expectEnd();
            assertEquals(0, gateway.awaitExit());
        }
    }

    private static boolean refused(int port) {
        try (var client = new RawClient(port)) {
            return client.socket().isClosed();
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    @Test
    void aSecondTerminationStopsAtOnce() {
        try (var origin = new RecordingOrigin().on("/never", call -> call.link().readToEnd());
                var gateway = GatewayProcess.with(1, toml(origin)).start();
                var client = new RawClient(gateway.port())) {
            client.send(get("/never"));
            origin.call("/never");
            long start = System.nanoTime();
            gateway.terminate();
            Await.until("it drains", () -> refused(gateway.port()));
            assertTrue(gateway.isAlive());
            gateway.terminate();
            gateway.awaitExit();
            assertTrue(System.nanoTime() - start < 10_000_000_000L, "it waited for the drain's end");
            assertEquals(0, client.rest().length);
        }
    }

    @Test
    void drainsNoLongerThanTold(@TempDir Path folder) throws IOException {
        Path log = folder.resolve("access.log");
        try (var origin = new RecordingOrigin().on("/never", call -> call.link().readToEnd())) {
            String logged = toml(origin).replace("@web@\"",
                    "@web@\"\nstages = [{ use = \"access-log\", file = \"" + log + "\" }]");
            try (var gateway = GatewayProcess.with(4, logged).runtime("drain = \"500ms\"").start();
                    var client = new RawClient(gateway.port())) {
                client.send(get("/never"));
                origin.call("/never");
                gateway.terminate();
                assertEquals(0, gateway.awaitExit());
                assertEquals(0, client.rest().length);
            }
        }
        // The exchange that was broken off has been completed and logged before the end.
        Object line = Json.parse(Files.readString(log));
        assertTrue(line instanceof Map<?, ?> fields && "/never".equals(fields.get("target"))
                && Long.valueOf(0).equals(fields.get("status")), () -> "the log says " + line);
    }

    // ---- refusing to start

    private static void refusedWith(String file, String... parts) {
        GatewayProcess.Run run = GatewayProcess.run("run", file);
        assertEquals(2, run.status(), run::toString);
        for (String part : parts) {
            assertTrue(run.err().contains(part), () -> "\"" + part + "\" is not said: " + run.err());
        }
        assertFalse(run.err().contains("\tat "), run::err);
        assertEquals(1, run.err().lines().count(), () -> "more than a sentence: " + run.err());
    }

    @Test
    void refusesAPortThatIsTaken() throws IOException {
        try (var origin = new RecordingOrigin(); var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path file = GatewayProcess.with(1, toml(origin)).port("web", taken.getLocalPort()).write();
            refusedWith(file.toString(), "127.0.0.1:" + taken.getLocalPort(), "listeners.web.listen");
            Path admin = GatewayProcess.with(1, toml(origin)).port("admin", taken.getLocalPort()).write();
            refusedWith(admin.toString(), "127.0.0.1:" + taken.getLocalPort(), "admin.listen");
        }
    }

    @Test
    void refusesAFileThatIsNotThere(@TempDir Path folder) {
        refusedWith(folder.resolve("none.toml").toString(), "none.toml");
        refusedWith(folder.toString(), folder.toString());
    }

    @ParameterizedTest(quoteTextArguments = false)
    @CsvSource(delimiter = '|', value = {
            "2:1|listen = \"127.0.0.1:http\"|",
            "3:1|listen = \"127.0.0.1:0\"~protocoll = \"http\"|protocol",
            "3:10|listen = \"127.0.0.1:0\"~http = { keep-alife = \"1s\" }|keep-alive",
            "1:1|listen = \"127.0.0.1:0\"~protocol = \"htpp\"|protocol: there is no plugin \"htpp\"",
            "3:11|listen = \"127.0.0.1:0\"~stages = [\"rate-limt\"]|rate-limit",
            "3:11|listen = \"127.0.0.1:0\"~stages = [{ use = \"no-such-plugin\" }]|no-such-plugin",
            "3:1|listen = \"127.0.0.1:0\"~backlog = \"many\"|",
            "3:1|listen = \"127.0.0.1:0\"~backlog = 0|",
            "4:|listen = \"127.0.0.1:0\"~stages = [|",
            "3:|listen = \"127.0.0.1:0\"~= 3|",
            "3:1|listen = \"127.0.0.1:0\"~listen = \"127.0.0.1:0\"|",
    }) void refusesWhatCannotBeMeant(String position, String lines, String named, @TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("bad.toml"), "[listeners.web]\n" + lines.replace("~", "\n")
                + "\n[admin]\nenabled = false\n[[routes]]\nname = \"a\"\nto = { respond = {} }\n");
        refusedWith(file.toString(), "bad.toml:" + position, named == null ? "" : named);
        GatewayProcess.Run check = GatewayProcess.run("check", file.toString());
        assertEquals(2, check.status());
        assertTrue(check.err().contains("bad.toml:" + position), check::err);
    }

    @Test
    void namesEveryMistakeAtOnce(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.toml"), """
                [listeners.web]
                listen = "nowhere"
                backlog = -1
                [[routes]]
                name = "a"
                to = "missing"
                match = { path = "no-slash" }
                """);
        GatewayProcess.Run run = GatewayProcess.run("run", file.toString());
        assertEquals(2, run.status());
        for (String position : List.of("2:", "3:", "7:")) {
            assertTrue(run.err().contains("bad.toml:" + position), run::err);
        }
    }

    @Test
    void refusesUnknownCommandsAndOptions() {
        for (String[] arguments : new String[][] {{"rnu"}, {"run", "a.toml", "b.toml"}, {"run", "--fast"}, {"check"}}) {
            GatewayProcess.Run run = GatewayProcess.run(arguments);
            assertEquals(2, run.status(), run::toString);
            assertFalse(run.err().contains("\tat "), run::err);
        }
        assertEquals(0, GatewayProcess.run("--help").status());
        assertTrue(GatewayProcess.run("version").out().matches("(?s).*[0-9]+\\.[0-9]+\\.[0-9]+.*"));
    }

    @Test
    void printsItsSchemaAndPlugins() {
        GatewayProcess.Run schema = GatewayProcess.run("schema");
        assertEquals(0, schema.status(), schema::toString);
        assertTrue(schema.out().startsWith("{"), schema::out);
        assertTrue(schema.out().contains("\"listeners\""));
        GatewayProcess.Run plugins = GatewayProcess.run("plugins");
        assertEquals(0, plugins.status(), plugins::toString);
        for (String name : List.of("http", "headers", "rate-limit", "round-robin", "least-request", "peak-ewma",
                "maglev",
                "random", "access-log")) {
            assertTrue(plugins.out().contains(name), plugins::out);
        }
    }

    @Test
    void listensOnAnyFreePortAndSaysWhich() throws Exception {
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(1, toml(origin)).port("web", 0).start()) {
            Await.until("the address is printed",
                    () -> gateway.output().matches("(?s).*127\\.0\\.0\\.1:[1-9][0-9]+ \\(web\\).*"));
            var matcher =
                    java.util.regex.Pattern.compile("127\\.0\\.0\\.1:([0-9]+) \\(web\\)").matcher(gateway.output());
            assertTrue(matcher.find());
            assertEquals(200, once(Integer.parseInt(matcher.group(1)), get("/any")).status());
        }
    }

    // ---- the service manager

    /** The socket of a service manager, and what came to it. */
    private static final class Manager implements AutoCloseable {
        private final MultiThreadIoEventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        private final List<String> messages = new CopyOnWriteArrayList<>();
        private final Channel channel;

        Manager(Path socket) {
            channel = new Bootstrap().group(group).channel(EpollDomainDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                            messages.addAll(packet.content().toString(StandardCharsets.UTF_8).lines().toList());
                        }
                    }).bind(new DomainSocketAddress(socket.toFile())).syncUninterruptibly().channel();
        }

        @Override
        public void close() {
            channel.close().syncUninterruptibly();
            group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    @Test
    void tellsTheServiceManager(@TempDir Path folder) {
        Path socket = folder.resolve("notify");
        try (var manager = new Manager(socket);
                var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(1, toml(origin)).environment("NOTIFY_SOCKET", socket.toString())
                        .environment("WATCHDOG_USEC", "200000").launch()) {
            Await.until("it says that it is ready", () -> manager.messages.contains("READY=1"));
            assertEquals(200, once(gateway.port(), get("/ready")).status(), "ready, but it does not answer");
            assertEquals(200, gateway.admin("/readyz").statusCode());
            Await.until("it says that it lives",
                    () -> manager.messages.stream().filter("WATCHDOG=1"::equals).count() >= 3);
            gateway.terminate();
            assertEquals(0, gateway.awaitExit());
            Await.until("it says that it stops", () -> manager.messages.contains("STOPPING=1"));
            assertTrue(manager.messages.indexOf("READY=1") < manager.messages.indexOf("STOPPING=1"));
        }
    }

    @Test
    void takesTheSocketsOfTheServiceManager() {
        int port = Ports.free();
        var launcher = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "dev.chainless.tests.Activation", Integer.toString(port), "web");
        try (var origin = new RecordingOrigin();
                // Not the address of the file: only by the socket's name can it be meant.
                var gateway = GatewayProcess.with(4, toml(origin)).launchedBy(launcher).start()) {
            assertEquals(200, once(port, get("/activated")).status());
            assertTrue(refused(gateway.port()), "it listens on the file's address too");
            gateway.terminate();
            assertEquals(0, gateway.awaitExit());
        }
    }
}
