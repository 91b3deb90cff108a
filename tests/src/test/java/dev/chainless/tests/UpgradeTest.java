package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A process that goes on where another one leaves, while requests are under way. */
final class UpgradeTest {
    private static final Pattern SUCCESSOR = Pattern.compile("Process (\\d+) goes on from here");
    private static final int UPGRADES = 3;

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

    /** {@return the processes that went on, so far} */
    private static List<Long> successors(GatewayProcess gateway) {
        var pids = new ArrayList<Long>();
        Matcher found = SUCCESSOR.matcher(gateway.output());
        while (found.find()) {
            pids.add(Long.parseLong(found.group(1)));
        }
        return pids;
    }

    private static void signal(long pid) throws IOException {
        try {
            assertEquals(0, new ProcessBuilder("kill", "-USR1", Long.toString(pid)).inheritIO().start().waitFor());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean ready(GatewayProcess gateway) {
        try {
            return gateway.admin("/readyz").statusCode() == 200;
        } catch (AssertionError | RuntimeException e) {
            return false; // the address changes hands
        }
    }

    /** Asks on and on, by a connection for each request or by one for all. */
    private static final class Asking {
        private final AtomicBoolean end = new AtomicBoolean();
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        Asking(int port, boolean keepsAlive) {
            thread = Thread.ofPlatform().start(() -> {
                try {
                    while (!end.get()) {
                        try (var client = new RawClient(port)) {
                            boolean goesOn = true;
                            while (goesOn && !end.get()) {
                                Reply reply = client.send(get("/x")).reply();
                                assertEquals(200, reply.status());
                                answers.incrementAndGet();
                                // A process that leaves says so before it closes.
                                goesOn = keepsAlive && !"close".equals(reply.field("connection"));
                            }
                        }
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
        }

        void end() throws InterruptedException {
            end.set(true);
            thread.join();
            if (failure.get() != null) {
                throw new AssertionError("after " + answers.get() + " answers", failure.get());
            }
        }
    }

    @Test
    void nothingIsLostWhenAnotherProcessGoesOn() throws Exception {
        var finish = new CountDownLatch(1);
        try (var origin = new RecordingOrigin();
                GatewayProcess gateway = GatewayProcess.with(1, toml(origin)).start()) {
            origin.on("/long", call -> {
                call.link().write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
                try {
                    finish.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                call.link().write("56789");
            });
            try (var slow = new RawClient(gateway.port()); var _ = ending(gateway)) {
                slow.send(get("/long"));
                origin.call("/long");
                List<Asking> clients =
                        List.of(new Asking(gateway.port(), true), new Asking(gateway.port(), false));
                long current = gateway.pid();
                for (int i = 1; i <= UPGRADES; i++) {
                    int count = i;
                    signal(current);
                    Await.until("another process goes on", () -> successors(gateway).size() == count);
                    current = successors(gateway).getLast();
                    int before = clients.getLast().answers.get();
                    Await.until("it answers", () -> clients.getLast().answers.get() > before + 10 && ready(gateway));
                }
                for (Asking client : clients) {
                    client.end();
                    assertTrue(client.answers.get() > 10);
                }
                finish.countDown();
                assertEquals("0123456789", slow.reply().text());
                long last = current;
                Await.until("only the last one is left", () -> !gateway.isAlive() && successors(gateway).stream()
                        .filter(pid -> pid != last).noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
                assertEquals(200, once(gateway.port(), get("/x")).status());
                assertTrue(ProcessHandle.of(last).orElseThrow().destroy()); // SIGTERM
                Await.until("the last one has ended", () -> ProcessHandle.of(last).isEmpty());
                assertEquals(0, gateway.awaitExit());
            }
        } finally {
            finish.countDown();
        }
    }

    /** {@return what ends the processes that went on, which nobody else would} They hold the output of the first one, too. */
    private static AutoCloseable ending(GatewayProcess gateway) {
        return () -> successors(gateway)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Test
    void aSuccessorThatCannotServeChangesNothing() throws Exception {
        try (var origin = new RecordingOrigin();
                GatewayProcess gateway = GatewayProcess.with(1, toml(origin)).start().tolerant()) {
            Files.writeString(gateway.file(), "listeners = 3\n");
            signal(gateway.pid());
            Await.until("it says why", () -> gateway.output().contains("This process goes on: There is no successor"));
            assertTrue(gateway.output().contains("listeners"), gateway.output());
            assertEquals(200, once(gateway.port(), get("/x")).status());
            Await.until("the admin server answers", () -> ready(gateway));
            assertEquals(List.of(), successors(gateway));
        }
    }
}
