package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A gateway that runs short of file descriptors: what it gives up first, and that it comes back. */
final class OverloadTest {
    private static final int DESCRIPTORS = 400;

    @Test
    void givesUpTheLeastImportantFirstAndComesBack() {
        try (var origin = new RecordingOrigin();
                GatewayProcess gateway = GatewayProcess.with(1, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [overload]
                no-keep-alive = 50
                shrink-pools = 50
                refuse-low = 50
                refuse-normal = 70
                stop-accepting = 101
                retry-after = "7s"

                [[routes]]
                name = "low"
                match = { path = "/low" }
                priority = "low"
                to = "app"

                [[routes]]
                name = "normal"
                match = { path = "/normal" }
                to = "app"

                [[routes]]
                name = "high"
                match = { path = "/high" }
                priority = "high"
                to = "app"
                """.formatted(origin.endpoint()))
                        .launchedBy(List.of("prlimit", "--nofile=" + DESCRIPTORS + ":" + DESCRIPTORS)).start();
                var client = new RawClient(gateway.port())) {
            assertEquals("200 200 200", answers(client));
            var idle = new ArrayList<RawClient>();
            try {
                connectUntil(gateway, idle, 60, 3);
                assertEquals("503 200 200", fresh(gateway));
                connectUntil(gateway, idle, 80, 4);
                try (var another = new RawClient(gateway.port())) {
                    Reply refused = another.send(get("/normal")).reply();
                    assertEquals(503, refused.status());
                    assertEquals("7", refused.field("retry-after"));
                    assertEquals("close", refused.field("connection"));
                }
                assertEquals("503 503 200", fresh(gateway));
                assertEquals(200, gateway.admin("/healthz").statusCode());
                assertTrue(gateway.metric("chainless_exchanges_shed_total") >= 4);
            } finally {
                idle.forEach(RawClient::close);
            }
            Await.until("there is room again", () -> gateway.metric("chainless_overload_grade") == 0);
            assertEquals("200 200 200", fresh(gateway));
        }
    }

    /** Opens connections until so many percent of the descriptors are in use. */
    private static void connectUntil(GatewayProcess gateway, List<RawClient> idle, int percent, int grade) {
        Await.until("the descriptors are counted", () -> used(gateway) > 0);
        for (int left = (int) ((percent - used(gateway)) * DESCRIPTORS / 100); left > 0; left--) {
            idle.add(new RawClient(gateway.port()));
        }
        Await.until("it is known", () -> gateway.metric("chainless_overload_grade") == grade);
    }

    private static double used(GatewayProcess gateway) {
        return gateway.metric("chainless_overload_percent", "resource", "descriptors");
    }

    private static String fresh(GatewayProcess gateway) {
        var all = new ArrayList<String>();
        for (String path : List.of("/low", "/normal", "/high")) {
            try (var client = new RawClient(gateway.port())) {
                all.add(Integer.toString(client.send(get(path)).reply().status()));
            }
        }
        return String.join(" ", all);
    }

    private static String answers(RawClient client) {
        var all = new ArrayList<String>();
        for (String path : List.of("/low", "/normal", "/high")) {
            all.add(Integer.toString(client.send(get(path)).reply().status()));
        }
        return String.join(" ", all);
    }
}
