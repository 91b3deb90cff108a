package dev.chainless.host;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks again and again whether files of certificates and keys have changed, and has them read again then. */
final class TlsWatch implements Runnable {
    private static final Logger LOG = System.getLogger(TlsWatch.class.getName());
    private static final Duration UNHURRIED = Duration.ofSeconds(10);

    private final Generations generations;
    private final Runnable renew;
    /** The files as they were when they could not be used: they are tried again when they change once more. */
    private Set<TlsFiles> refused = Set.of();

    /**
     * Makes a watch.
     *
     * @param renew makes the configuration in effect anew; throws if that cannot be
     */
    TlsWatch(Generations generations, Runnable renew) {
        this.generations = generations;
        this.renew = renew;
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            Duration every = interval();
            try {
                Thread.sleep(every.isZero() ? UNHURRIED : every);
            } catch (InterruptedException e) {
                return;
            }
            if (!every.isZero()) {
                check(generations.current());
            }
        }
    }

    /** In a method of its own: a frame that sleeps would hold the generation, and the plugins of it. */
    private Duration interval() {
        Generation now = generations.current();
        return now == null ? Duration.ZERO : now.config().tls().checkFiles();
    }

    private void check(@Nullable Generation generation) {
        if (generation == null) {
            return;
        }
        Set<TlsFiles> changed = new HashSet<>();
        generation.parts().stream().flatMap(part -> switch (part) {
            case TlsServer server -> Stream.of(server.files());
            case TlsClient client -> Stream.of(client.files());
            default -> Stream.<TlsFiles>empty();
        }).forEach(files -> {
            TlsFiles now = files.now();
            if (!now.equals(files)) {
                changed.add(now);
            }
        });
        if (changed.isEmpty() || changed.equals(refused)) {
            return;
        }
        try {
            renew.run();
            refused = Set.of();
            LOG.log(Level.INFO, "Files of TLS have changed and are in effect");
        } catch (RuntimeException e) { // whatever it is, the next change may be a better one
            refused = changed;
            LOG.log(Level.WARNING, "Files of TLS have changed and cannot be used; the former ones stay in effect:\n{0}",
                    e.getMessage());
        }
    }
}
