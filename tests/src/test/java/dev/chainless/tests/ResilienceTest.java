package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Endpoints that fall ill and get well: health checks, ejection, retries, zones. */
@OnLoops
final class ResilienceTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";

    private static Server one;
    private static Server two;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    /** An origin that answers with its name, and as it is told where it is asked whether it is well. */
    private static final class Server implements AutoCloseable {
        private final RecordingOrigin origin = new RecordingOrigin();
        private final String name;
        private final AtomicReference<String> health = new AtomicReference<>("200 OK");
        private final AtomicReference<RecordingOrigin.Script> application = new AtomicReference<>();

        Server(String name) {
            this.name = name;
            reset();
            origin.on("/healthz", call -> call.link().write(
                    "HTTP/1.1 " + health.get() + "\r\nContent-Length: 4\r\n\r\nfine"));
            for (String path : List.of("/checked/x", "/tcp/x", "/ejecting/x", "/retrying/x", "/impatient/x", "/zoned/x",
                    "/narrow/x")) {
                origin.on(path, call -> application.get().play(call));
            }
        }

        void reset() {
            application.set(call -> call.link().write(OK + name));
        }

        String endpoint() {
            return origin.endpoint();
        }

        @Override
        public void close() {
            origin.close();
        }
    }

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        one = new Server("1");
        two = new Server("2");
        gateway = GatewayProcess.with(loops, """
                [node]
                region = "eu"
                zone = "eu-a"

                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.checked]
                endpoints = [%1$s, %2$s]
                retries = 0

                [clusters.checked.health-check]
                path = "/healthz"
                body = "fine"
                interval = "100ms"
                unhealthy-after = 2
                healthy-after = 2

                [clusters.tcp]
                endpoints = [%1$s, "127.0.0.1:%3$d"]
                retries = 0
                health-check = { kind = "tcp", interval = "100ms" }

                [clusters.ejecting]
                endpoints = [%1$s, %2$s]
                retries = 0
                ejection = { consecutive-errors = 3, time = "500ms", max-time = "500ms" }

                [clusters.retrying]
                endpoints = [%1$s, %2$s]
                retries = 1
                ejection = { consecutive-errors = 0 }
                retry = { on = ["gateway-error"] }

                [clusters.impatient]
                endpoints = [%1$s, %2$s]
                ejection = { consecutive-errors = 0 }
                retry = { attempt-timeout = "200ms" }

                [clusters.narrow]
                endpoints = [%1$s]
                max-requests = 1

                [clusters.zoned]
                endpoints = [
                    { address = %1$s, region = "eu", zone = "eu-a" },
                    { address = %2$s, region = "eu", zone = "eu-b" },
                ]
                retries = 0

                [clusters.zoned.health-check]
                path = "/healthz"
                interval = "100ms"
                healthy-after = 1
                """.formatted(one.endpoint(), two.endpoint(), Ports.free()) + route("checked") + route("tcp")
                + route("ejecting") + route("retrying") + route("impatient") + route("narrow") + route("zoned"))
                .start();
    }

    private static String route(String cluster) {
        return """

                [[routes]]
                name = "%1$s"
                match = { path = "/%1$s/*" }
                to = "%1$s"
                """.formatted(cluster);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            one.close();
            two.close();
        }
    }

    /** {@return who answered so many requests, or with what status} */
    private static String answers(String cluster, int count) {
        var answers = new StringBuilder();
        try (var client = new RawClient(gateway.port())) {
            for (int i = 0; i < count; i++) {
                Reply reply = client.send(get("/" + cluster + "/x")).reply();
                answers.append(reply.status() == 200 ? reply.text() : "(" + reply.status() + ")");
            }
        }
        return answers.toString();
    }

    private static String state(String cluster, Server server) {
        String port = ":" + server.origin.port() + "\"";
        String json = gateway.admin("/api/v1/upstreams").body();
        for (String row : json.split("\\}")) {
            if (row.contains("\"" + cluster + "\"") && row.contains(port)) {
                return row.replaceAll("(?s).*\"state\" : \"([a-z]+)\".*", "$1");
            }
        }
        throw new AssertionError("no such endpoint in " + json);
    }

    @Test
    void whoFailsItsHealthChecksGetsNothingUntilItIsWell() {
        Await.until("both answer", () -> answers("checked", 8).chars().distinct().count() == 2);
        two.health.set("503 Service Unavailable");
        Await.until("it is ill", () -> state("checked", two).equals("ill"));
        assertEquals("1111111111", answers("checked", 10));
        two.health.set("200 OK");
        Await.until("it is well", () -> state("checked", two).equals("well"));
        assertTrue(answers("checked", 10).contains("2"));
    }

    @Test
    void whoTakesNoConnectionGetsNothing() {
        Await.until("the dead one is known", () -> gateway.admin("/api/v1/upstreams").body().contains("\"ill\""));
        Await.until("it gets nothing", () -> answers("tcp", 10).equals("1111111111"));
    }

    @Test
    void whoFailsAgainAndAgainIsEjectedForAWhile() {
        two.application.set(call -> call.link().write("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
        try {
            String first = answers("ejecting", 6);
            assertEquals(3, first.split("503", -1).length - 1, first);
            Await.until("it is ejected", () -> state("ejecting", two).equals("ejected"));
            assertEquals("11111", answers("ejecting", 5));
            Await.until("it gets requests again", () -> answers("ejecting", 2).contains("503"));
        } finally {
            two.reset();
        }
        Await.until("it is forgiven", () -> answers("ejecting", 4).contains("2"));
    }

    @Test
    void whatIsSafeToRepeatIsTriedElsewhere() throws IOException {
        two.application.set(call -> call.link().write("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"));
        try (var client = new RawClient(gateway.port())) {
            assertEquals("1111111111", answers("retrying", 10));
            int busy = 0;
            for (int i = 0; i < 4; i++) {
                busy += client.send(request("POST", "/retrying/x", "Content-Length: 1") + "x").reply().status() == 503
                        ? 1 : 0;
            }
            assertEquals(2, busy, "what is not safe to repeat is not repeated");
            Await.until("no connection is left in use",
                    () -> gateway.metric("chainless_upstream_retries_total", "cluster",
                            "retrying") >= 4);
        } finally {
            two.reset();
        }
    }

    @Test
    void whoDoesNotAnswerInTimeIsNotWaitedFor() {
        var leave = new CountDownLatch(1);
        two.application.set(call -> {
            try {
                leave.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        try {
            assertEquals("111111", answers("impatient", 6));
        } finally {
            leave.countDown();
            two.reset();
        }
    }

    @Test
    void anEndpointTakesNoMoreRequestsThanItMay() {
        var leave = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        one.application.set(call -> {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            call.link().write(OK + "1");
        });
        try (var first = new RawClient(gateway.port())) {
            first.send(get("/narrow/x"));
            entered.await();
            assertEquals("(503)", answers("narrow", 1));
            leave.countDown();
            assertEquals("1", first.reply().text());
            assertEquals("1", answers("narrow", 1));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            leave.countDown();
            one.reset();
        }
    }

    @Test
    void theOwnZoneIsUsedAsLongAsItIsWell() {
        assertEquals("1111111111", answers("zoned", 10));
        one.health.set("500 Ill");
        try {
            Await.until("the other zone has taken over", () -> answers("zoned", 10).equals("2222222222"));
        } finally {
            one.health.set("200 OK");
        }
        Await.until("the own zone is back", () -> answers("zoned", 10).equals("1111111111"));
    }
}
