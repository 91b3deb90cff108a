package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints that are found, and what a change of them does to connections, requests and loops. */
final class DiscoveryTest {
    private static final int PORT = Ports.free();
    private static final Pattern CPU = Pattern.compile("\"(loop-[0-9-]+)\".* cpu=([0-9.]+)ms");

    @TempDir
    Path folder;

    private static String toml(String discovery) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                discovery = [%s]

                [[routes]]
                name = "app"
                to = "app"
                """.formatted(discovery);
    }

    private static String dns(Dnsmasq server, String more) {
        return toml("{ use = \"discovery-dns\", servers = [\"127.0.0.1:" + server.port()
                + "\"], timeout = \"200ms\", negative-ttl = \"200ms\", " + more + " }");
    }

    private static RecordingOrigin origin(int last) {
        return new RecordingOrigin(new InetSocketAddress("127.0.0." + last, PORT));
    }

    private static String hosts(int... last) {
        return IntStream.of(last).mapToObj(each -> "127.0.0." + each + " app.internal\n").collect(Collectors.joining());
    }

    private static void awaitAnswers(GatewayProcess gateway) {
        Await.until("endpoints are found", () -> once(gateway.port(), get("/ready")).status() == 200);
    }

    @Test
    void aChangeKeepsWhatStayedAndDrainsWhatWent() throws Exception {
        var goesOn = new CountDownLatch(1);
        try (var stays = origin(2);
                var goes = origin(3);
                var comes = origin(4);
                var server = new Dnsmasq(1, hosts(2, 3));
                var gateway = GatewayProcess.with(1, dns(server, "name = \"app.internal\", port = " + PORT)).start()) {
            RecordingOrigin.Script slow = call -> {
                call.link().write("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf");
                try {
                    goesOn.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                call.link().write("done");
            };
            goes.on("/slow", slow);
            awaitAnswers(gateway);
            try (var client = new RawClient(gateway.port()); var waiting = new RawClient(gateway.port())) {
                for (int i = 0; i < 4; i++) {
                    client.send(get("/before")).reply();
                }
                Await.until("the one that goes has a long request", () -> {
                    if (!goes.calls("/slow").isEmpty()) {
                        return true;
                    }
                    waiting.send(get("/slow"));
                    Await.until("it has come", () -> goes.calls("/slow").size() + stays.calls("/slow").size() > 0);
                    if (goes.calls("/slow").isEmpty()) {
                        waiting.reply();
                        waiting.send(get("/slow"));
                        Await.until("the other has it", () -> !goes.calls("/slow").isEmpty());
                    }
                    return true;
                });
                long begin = System.nanoTime();
                server.hosts(hosts(2, 4));
                Await.until("the new one is asked", () -> {
                    client.send(get("/after")).reply();
                    return !comes.calls().isEmpty();
                });
                double took = (System.nanoTime() - begin) / 1e9;
                System.out.printf("A change of DNS took effect after %.2f s at a TTL of 1 s%n", took);
                assertTrue(took < 2, "it took " + took + " s");
                int before = goes.calls().size();
                for (int i = 0; i < 10; i++) {
                    assertEquals(200, client.send(get("/after")).reply().status());
                }
                assertEquals(before, goes.calls().size());
                var link = goes.calls("/slow").getFirst().link();
                assertFalse(link.hasEnded());
                goesOn.countDown();
                assertEquals("halfdone", waiting.reply().text());
                link.awaitEnd();
                goes.links().forEach(RecordingOrigin.Link::awaitEnd);
                assertEquals(1, stays.links().stream().filter(each -> !each.hasEnded()).count());
                assertTrue(stays.links().size() <= 2, "its connections stay: " + stays.links().size());
            }
        }
    }

    @Test
    void aDeadNameServerCostsNothingButFreshness() {
        try (var first = origin(2);
                var second = origin(3);
                var server = new Dnsmasq(1, hosts(2));
                var gateway = GatewayProcess.with(2, dns(server, "name = \"app.internal\", port = " + PORT)).start()) {
            awaitAnswers(gateway);
            try (var traffic = new Traffic(gateway.port(), reply -> reply.status() == 200 ? "" : reply.toString())) {
                traffic.staying(2, get("/steady")).coming(1, get("/new"));
                server.kill();
                Await.until("the outage is noticed", () -> gateway.output().contains("what was known stays"));
                traffic.goesOn();
                server.start();
                server.hosts(hosts(3));
                Await.until("the change is noticed", () -> !second.calls().isEmpty());
                traffic.goesOn();
                assertFalse(first.calls().isEmpty());
                assertEquals(1, gateway.output().lines().filter(line -> line.contains("what was known stays")).count(),
                        gateway::output);
            }
        }
    }

    @Test
    void servicesAreFoundWithTheirPorts() {
        try (var first = origin(2);
                var second = origin(3);
                var server = new Dnsmasq(1, "127.0.0.2 a.internal\n127.0.0.3 b.internal\n",
                        "--srv-host=_http._tcp.app.internal,a.internal," + PORT + ",10,30000",
                        "--srv-host=_http._tcp.app.internal,b.internal," + PORT + ",20,1");
                var gateway = GatewayProcess
                        .with(1, dns(server, "name = \"_http._tcp.app.internal\", srv = true")).start()) {
            awaitAnswers(gateway);
            for (int i = 0; i < 10; i++) {
                assertEquals(200, once(gateway.port(), get("/one")).status());
            }
            assertEquals(10, first.calls("/one").size());
            assertEquals(0, second.calls().size());
            String upstreams = gateway.admin("/api/v1/upstreams").body();
            assertTrue(upstreams.contains("127.0.0.3:" + PORT), upstreams);
        }
    }

    @Test
    void anAnswerTooLongForADatagramComesByTcp() {
        try (var server = new Dnsmasq(1, IntStream.range(2, 202).mapToObj(i -> "127.0.0." + i + " app.internal\n")
                .collect(Collectors.joining()));
                var gateway = GatewayProcess.with(1, dns(server, "name = \"app.internal\", port = " + PORT)).start()) {
            Await.until("all are found", () -> gateway.admin("/api/v1/upstreams").body()
                    .split("\"127\\.0\\.0\\.\\d+:" + PORT + "\"", -1).length == 201);
        }
    }

    @Test
    void aFileIsFollowedAndAWrongOneIsNot() throws IOException {
        Path list = folder.resolve("list.json");
        try (var first = origin(2);
                var second = origin(3);
                var gateway =
                        GatewayProcess.with(1, toml("{ use = \"discovery-file\", interval = \"50ms\", file = \"" + list
                                + "\" }")).start()) {
            Await.until("it is said that there is no file",
                    () -> gateway.output().contains("list.json does not exist"));
            assertEquals(503, once(gateway.port(), get("/none")).status());
            Files.writeString(list, "[\"127.0.0.2:" + PORT + "\"]");
            awaitAnswers(gateway);
            Files.writeString(list, "[\"127.0.0.3:" + PORT + "\",\n  7]");
            Await.until("the mistake is told",
                    () -> gateway.output().contains("list.json:2:3: an endpoint is a text or an object"));
            assertEquals(200, once(gateway.port(), get("/kept")).status());
            Path next = Files.writeString(folder.resolve("next"), "[\"127.0.0.3:" + PORT + "\"]");
            Files.move(next, list, StandardCopyOption.ATOMIC_MOVE);
            Await.until("the new one is asked", () -> {
                once(gateway.port(), get("/next"));
                return !second.calls().isEmpty();
            });
            assertEquals(1, first.calls("/kept").size());
        }
    }

    // ---- what a large change costs

    @Test
    void tenThousandEndpointsChangedAtOnceKeepNoLoopBusy() throws Exception {
        Path list = folder.resolve("list.json");
        write(list, 1);
        try (var gateway =
                GatewayProcess.with(2, toml("{ use = \"discovery-file\", interval = \"10ms\", file = \"" + list
                        + "\" }")).start()) {
            // The figures are printed; what is refused is work in proportion to the endpoints that a loop would do itself.
            for (int round = 2; round <= 4; round++) {
                String address = "10." + round + ".0.1:1";
                Map<String, Double> before = loops(gateway);
                write(list, round);
                Await.until("the change has come",
                        () -> gateway.admin("/api/v1/upstreams").body().contains(address));
                Map<String, Double> after = settled(gateway);
                assertEquals(2, after.size());
                after.forEach((loop, until) -> {
                    double millis = until - before.get(loop);
                    System.out.printf("10,000 endpoints changed: %s used its thread for %.2f ms%n", loop, millis);
                    assertTrue(millis < 100, loop + " used " + millis + " ms");
                });
            }
        }
    }

    private void write(Path list, int round) throws IOException {
        String all = IntStream.range(0, 10_000)
                .mapToObj(i -> "\"10." + round + "." + i / 250 + "." + (i % 250 + 1) + ":1\"")
                .collect(Collectors.joining(",\n", "[", ",\n\"127.0.0.2:" + PORT + "\"]"));
        Files.move(Files.writeString(folder.resolve("next"), all), list, StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** {@return the same as {@link #loops} once the loops have nothing to do any more} */
    private static Map<String, Double> settled(GatewayProcess gateway) {
        List<Map<String, Double>> seen = new ArrayList<>();
        Await.until("the loops are idle", () -> {
            seen.add(loops(gateway));
            return seen.size() > 1 && seen.getLast().entrySet().stream()
                    .allMatch(each -> each.getValue() - seen.get(seen.size() - 2).get(each.getKey()) < 0.1);
        });
        return seen.getLast();
    }

    /** {@return the milliseconds of CPU time of each loop's thread so far} */
    private static Map<String, Double> loops(GatewayProcess gateway) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process print = new ProcessBuilder(jcmd.toString(), Long.toString(gateway.pid()), "Thread.print")
                .redirectErrorStream(true).start();
        String threads = new String(print.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, Double> millis = new HashMap<>();
        CPU.matcher(threads).results().forEach(each -> millis.put(each.group(1), Double.parseDouble(each.group(2))));
        return millis;
    }
}
