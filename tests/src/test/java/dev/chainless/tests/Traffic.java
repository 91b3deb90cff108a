package dev.chainless.tests;

import static dev.chainless.tests.RawClient.once;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Requests without end, on connections that stay and on new ones, each response of which is checked, while something else
 * happens. Closing it fails if one of them was not as it should be.
 */
final class Traffic implements AutoCloseable {
    private final int port;
    private final Function<Reply, String> check;
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private final Set<String> failures = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /**
     * Prepares traffic to a port.
     *
     * @param check what is wrong with a response, empty if nothing is
     */
    Traffic(int port, Function<Reply, String> check) {
        this.port = port;
        this.check = check;
    }

    /** Adds clients that each send the request again and again on a connection of its own. */
    Traffic staying(int count, String request) {
        return clients(count, () -> {
            try (var client = new RawClient(port)) {
                while (!stopped) {
                    checked(client.send(request).reply());
                }
            }
        });
    }

    /** Adds clients that open a connection for each request. */
    Traffic coming(int count, String request) {
        return clients(count, () -> {
            while (!stopped) {
                checked(once(port, request));
            }
        });
    }

    private Traffic clients(int count, Runnable work) {
        for (int i = 0; i < count; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                try {
                    work.run();
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e.toString());
                }
            }));
        }
        return this;
    }

    private void checked(Reply reply) {
        String wrong = check.apply(reply);
        if (!wrong.isEmpty() && failures.size() < 10) {
            failures.add(wrong);
        }
        answered.incrementAndGet();
    }

    /** Waits until some more requests were answered, to be sure that they met what happened before. */
    void goesOn() {
        long before = answered.get();
        Await.until("more requests are answered", () -> answered.get() >= before + 20 || !failures.isEmpty());
        requireNoFailure();
    }

    private void requireNoFailure() {
        if (!failures.isEmpty()) {
            throw new AssertionError("requests failed: " + failures);
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            for (Thread client : clients) {
                client.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        requireNoFailure();
    }
}
