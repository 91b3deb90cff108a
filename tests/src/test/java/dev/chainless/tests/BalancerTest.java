package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What balancers make of three origins, one of which may not answer. */
@OnLoops
final class BalancerTest {
    private static final List<RecordingOrigin> ORIGINS = new ArrayList<>();
    private static RecordingOrigin slow;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) throws IOException {
        ORIGINS.clear();
        for (int i = 0; i < 3; i++) {
            ORIGINS.add(new RecordingOrigin());
        }
        slow = ORIGINS.getFirst();
        Path key = Files.write(Files.createTempDirectory("chainless-sticky").resolve("key"), new byte[32]);
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                """ + cluster("turns", "use = \"round-robin\"") + cluster("least", "use = \"least-request\"")
                + cluster("peak", "use = \"peak-ewma\"") + cluster("chance", "use = \"random\"")
                + cluster("key", "use = \"maglev\", key = [\"header:x-user\", \"client-address\"]")
                + cluster("bounded", "use = \"maglev\", key = \"query:user\", max-load = 150")
                + cluster("sticky", "use = \"round-robin\" }\nsticky = { secret-file = \"" + key + "\"")).start();
    }

    private static String cluster(String name, String balancer) {
        return """

                [clusters.%1$s]
                balancer = { %2$s }
                endpoints = [%3$s]

                [[routes]]
                name = "%1$s"
                match = { path = "/%1$s/*" }
                to = "%1$s"
                """.formatted(name, balancer,
                String.join(", ", ORIGINS.stream().map(RecordingOrigin::endpoint).toList()));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            ORIGINS.forEach(RecordingOrigin::close);
        }
    }

    @Test
    void leastRequestAvoidsTheOriginThatDoesNotAnswer() {
        var go = new CountDownLatch(1);
        slow.on("/least/x", held(go));
        List<CompletableFuture<Integer>> clients = ask("/least/x", 200);
        assertTrue(slow.calls("/least/x").size() <= 10, () -> slow.calls("/least/x").size() + " of 200");
        finish(go, clients);
        assertEquals(200, ORIGINS.stream().mapToInt(origin -> origin.calls("/least/x").size()).sum());
    }

    @Test
    void inTurnsItGetsItsThird() {
        var go = new CountDownLatch(1);
        slow.on("/turns/x", held(go));
        List<CompletableFuture<Integer>> clients = ask("/turns/x", 30);
        // Each loop counts for itself, and is off by less than one.
        assertEquals(10, slow.calls("/turns/x").size(), loops == 1 ? 0 : loops);
        finish(go, clients);
    }

    @Test
    void peakEwmaAvoidsTheSlowOriginAlsoOnceItHasAnswered() {
        var go = new CountDownLatch(1);
        slow.on("/peak/x", held(go));
        List<CompletableFuture<Integer>> clients = ask("/peak/x", 200);
        int first = slow.calls("/peak/x").size();
        assertTrue(first >= 1 && first <= 10, () -> first + " of 200");
        finish(go, clients);
        finish(go, ask("/peak/x", 100));
        int then = slow.calls("/peak/x").size() - first;
        assertTrue(then <= 10, () -> then + " of 100 though it took as long as 200 requests to the others");
    }

    @Test
    void chanceUsesAll() {
        finish(new CountDownLatch(0), ask("/chance/x", 120));
        // 40 each, give or take 5: eight times as far off is one in 10^15.
        ORIGINS.forEach(origin -> assertTrue(origin.calls("/chance/x").size() > 2));
    }

    @Test
    void aKeyStaysWithItsOriginAndGoesOnWhereThatIsGone() {
        var homes = new ArrayList<Integer>();
        for (int user = 0; user < 30; user++) {
            String path = "/key/" + user;
            for (int i = 0; i < 4; i++) {
                assertEquals(200, once(gateway.port(), get(path, "X-User: " + user)).status());
            }
            List<Integer> asked = asked(path);
            assertEquals(1, asked.size(), path);
            homes.add(asked.getFirst());
        }
        assertEquals(3, homes.stream().distinct().count());

        int home = homes.getFirst();
        ORIGINS.get(home).on("/key/away", call -> {
            call.body();
            call.link().reset();
        });
        assertEquals(200, once(gateway.port(), get("/key/away", "X-User: 0")).status());
        List<Integer> asked = asked("/key/away");
        assertEquals(2, asked.size());
        assertNotEquals(asked.getFirst(), asked.getLast());
    }

    @Test
    void aPopularKeySpreadsWhereItIsTooMuch() {
        var go = new CountDownLatch(1);
        ORIGINS.forEach(origin -> origin.on("/bounded/x", held(go)));
        List<CompletableFuture<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            clients.addAll(ask("/bounded/x?user=ada", 1));
        }
        int most = ORIGINS.stream().mapToInt(origin -> origin.calls("/bounded/x").size()).max().orElseThrow();
        assertTrue(most > 10 && most <= 15, () -> most + " of 30 where half is allowed");
        finish(go, clients);
    }

    @Test
    void aClientStaysByItsCookieWithTheOriginThatItWasGiven() {
        for (int user = 0; user < 10; user++) {
            String path = "/sticky/" + user;
            String set = once(gateway.port(), get(path)).field("set-cookie");
            assertTrue(set.matches("endpoint=[\\w-]{43}; Path=/; HttpOnly; SameSite=Lax"), set);
            String cookie = "Cookie: a=b; " + set.substring(0, set.indexOf(';'));
            for (int i = 0; i < 5; i++) {
                Reply reply = once(gateway.port(), get(path, cookie));
                assertEquals(200, reply.status());
                assertNull(reply.field("set-cookie"));
            }
            assertEquals(1, asked(path).size());
        }
        String forged = "Cookie: endpoint=" + "A".repeat(43);
        assertNotNull(once(gateway.port(), get("/sticky/forged", forged)).field("set-cookie"));
    }

    @Test
    void aClientGetsAnotherCookieWhenItsOriginFails() {
        String set = once(gateway.port(), get("/sticky/first")).field("set-cookie");
        String cookie = "Cookie: " + set.substring(0, set.indexOf(';'));
        int home = asked("/sticky/first").getFirst();
        ORIGINS.get(home).on("/sticky/away", call -> {
            call.body();
            call.link().reset();
        });
        Reply reply = once(gateway.port(), get("/sticky/away", cookie));
        assertEquals(200, reply.status());
        assertNotEquals(set, reply.field("set-cookie"));
        assertEquals(2, asked("/sticky/away").size());
    }

    private static RecordingOrigin.Script held(CountDownLatch go) {
        return call -> {
            call.body();
            Http1Test.await(go);
            call.answer("here");
        };
    }

    /** {@return the numbers of the origins that were asked for a path} */
    private static List<Integer> asked(String path) {
        var asked = new ArrayList<Integer>();
        for (int i = 0; i < ORIGINS.size(); i++) {
            if (!ORIGINS.get(i).calls(path).isEmpty()) {
                asked.add(i);
            }
        }
        return asked;
    }

    /** Asks again and again, each time once an origin was asked and has answered, unless it holds the answer back. */
    private static List<CompletableFuture<Integer>> ask(String target, int times) {
        String path = target.split("\\?", 2)[0];
        var clients = new ArrayList<CompletableFuture<Integer>>();
        for (int i = 0; i < times; i++) {
            int before = calls(path);
            int held = slow.calls(path).size();
            var client = CompletableFuture.supplyAsync(
                    () -> once(gateway.port(), get(target, "Connection: close")).status(), Thread::startVirtualThread);
            clients.add(client);
            Await.until("request " + i + " for " + path + " is answered or held",
                    () -> client.isDone() || slow.calls(path).size() > held
                            || target.contains("?") && calls(path) > before);
        }
        return clients;
    }

    private static int calls(String path) {
        return ORIGINS.stream().mapToInt(origin -> origin.calls(path).size()).sum();
    }

    private static void finish(CountDownLatch go, List<CompletableFuture<Integer>> clients) {
        go.countDown();
        clients.forEach(client -> assertEquals(200, client.orTimeout(20, TimeUnit.SECONDS).join()));
    }
}
