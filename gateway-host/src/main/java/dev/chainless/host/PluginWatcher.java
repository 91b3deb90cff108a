package dev.chainless.host;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the plugins directory and tells the registry what changed, once it has come to rest. The system's notices only
 * wake it up; it looks at every place again each time, and about once a second without any notice, since notices are lost,
 * and are not given for network file systems and for what lies in a plugin's folder.
 */
final class PluginWatcher implements AutoCloseable {
    private static final Logger LOG = System.getLogger(PluginWatcher.class.getName());
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SOON_MILLIS = 50;
    private static final long POLL_MILLIS = 1_000;

    /** A place as it was last seen. */
    private static final class Seen {
        final List<Object> print;
        final long since = System.nanoTime();
        boolean done;
        long doneAt;

        Seen(List<Object> print) {
            this.print = print;
        }
    }

    private final PluginRegistry registry;
    private final Path directory;
    private final Runnable respecialise;
    private final Map<String, Seen> seen = new HashMap<>();
    private final Thread thread;
    private String trouble = "";
    private volatile boolean closed;

    /**
     * Prepares to watch.
     *
     * @param registry what is told
     * @param respecialise assembles and publishes with the registry's current plugins, or throws
     */
    PluginWatcher(PluginRegistry registry, Runnable respecialise) {
        this.registry = registry;
        this.directory = Objects.requireNonNull(registry.directory());
        this.respecialise = respecialise;
        this.thread = Thread.ofPlatform().daemon().name("plugins").inheritInheritableThreadLocals(false)
                .unstarted(this::run);
        thread.setContextClassLoader(null);
    }

    /** Begins to watch. */
    void start() {
        thread.start();
    }

    private void run() {
        try (WatchService notices = directory.getFileSystem().newWatchService()) {
            WatchKey key = null;
            while (!closed) {
                if (key == null || !key.isValid()) {
                    key = watched(notices);
                }
                boolean unsettled = look();
                await(notices, unsettled ? SOON_MILLIS : POLL_MILLIS);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The system gives no notices of files (" + e.getMessage()
                    + "); the plugins directory is looked at once a second");
            while (!closed) {
                boolean unsettled = look();
                pause(unsettled ? SOON_MILLIS : POLL_MILLIS);
            }
        }
    }

    private @Nullable WatchKey watched(WatchService notices) {
        try {
            return directory.register(notices, StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            return null; // missing, or without notices: it is looked at all the same
        }
    }

    private void await(WatchService notices, long millis) {
        try {
            WatchKey key = notices.poll(millis, TimeUnit.MILLISECONDS);
            if (key != null) {
                key.pollEvents();
                key.reset();
                pause(SOON_MILLIS); // a copy under way gives notices without end
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            closed = true;
        }
    }

    private void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** {@return whether something is not at rest yet} */
    private boolean look() {
        try {
            Map<String, Path> places = registry.places();
            trouble = "";
            Set<String> names = registry.watched();
            seen.keySet().retainAll(names);
            boolean unsettled = false;
            for (String name : names) {
                unsettled |= look(name, places.get(name));
            }
            return unsettled;
        } catch (StartException e) {
            if (!trouble.equals(e.getMessage())) {
                trouble = String.valueOf(e.getMessage());
                LOG.log(Level.WARNING, trouble + "; what runs goes on");
            }
            return false;
        } catch (RuntimeException | Error e) { // whatever a plugin throws: the next one is to be seen still
            LOG.log(Level.ERROR, "The plugins directory could not be looked at", e);
            return false;
        }
    }

    private boolean look(String name, @Nullable Path place) {
        List<Object> print;
        try {
            print = place == null ? List.of() : PluginJars.fingerprint(place);
        } catch (IOException e) {
            seen.remove(name); // it goes away just now
            return true;
        }
        Seen last = seen.get(name);
        if (last == null || !last.print.equals(print)) {
            seen.put(name, new Seen(print));
            return true;
        }
        long now = System.nanoTime();
        if (last.done && !(registry.mayPass(name) && now - last.doneAt > RETRY_NANOS)) {
            return false;
        }
        if (now - last.since < registry.policy().settle().toNanos()) {
            return true;
        }
        last.done = true;
        act(name, place);
        last.doneAt = System.nanoTime();
        return false;
    }

    private void act(String name, @Nullable Path place) {
        Niceness.change();
        registry.files().lock();
        try {
            if (place == null) {
                registry.remove(name, respecialise);
            } else {
                registry.update(name, place, place, respecialise);
            }
        } catch (StartException e) {
            LOG.log(Level.DEBUG, "The registry has logged why", e);
        } finally {
            registry.files().unlock();
        }
    }

    /** Stops, and waits a moment for what is under way. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(java.time.Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
