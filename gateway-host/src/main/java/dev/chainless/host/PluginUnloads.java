package dev.chainless.host;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees plugins off: closes them, drops what Netty remembers of them, asks for one collection for all that were closed
 * within a moment, and says whether their classes are gone. A process that hardly allocates would otherwise never unload
 * any. One thread, which does nothing else.
 */
final class PluginUnloads implements AutoCloseable {
    private static final Logger LOG = System.getLogger(PluginUnloads.class.getName());
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    /** From a close to the collection, so that several are collected at once. */
    private static final long DEBOUNCE_MILLIS = 200;
    /**
     * Between looks whether it worked, the collection being asked for again each time. G1's concurrent collection takes
     * every object for live that is young, and a loader stays young for up to 15 collections where little is allocated.
     */
    private static final long LOOK_MILLIS = 100;
    private static final int YOUNG_LOOKS = 16;
    /** The last two looks are later; then it is said that it did not work. */
    private static final long[] PATIENCE_MILLIS = {1_000, 8_000};
    private static final int LOOKS = YOUNG_LOOKS + PATIENCE_MILLIS.length;
    private static final int MAX_GHOSTS = 256;

    /** A loader that should be collected. */
    private static final class Ghost extends PhantomReference<ClassLoader> {
        final List<PluginStatus> statuses;
        final String loader;
        final PluginEvent.Unload event = new PluginEvent.Unload();
        int looks;

        Ghost(PluginClassLoader loader, List<PluginStatus> statuses) {
            super(loader, new ReferenceQueue<>());
            this.statuses = statuses;
            this.loader = String.valueOf(loader.getName());
            event.plugin = statuses.getFirst().name();
            event.digest = statuses.getFirst().digest();
            event.begin();
        }
    }

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = Thread.ofPlatform().daemon().name("plugin-unload").inheritInheritableThreadLocals(false)
                .unstarted(work);
        made.setContextClassLoader(null);
        return made;
    });
    private final List<? extends Executor> loops;
    private final PluginMetrics metrics;
    private final List<Ghost> ghosts = new ArrayList<>(); // on the thread only
    private boolean collectionDue;

    /**
     * Prepares to unload.
     *
     * @param loops whose threads plugins' code ran on
     */
    PluginUnloads(List<? extends Executor> loops, PluginMetrics metrics) {
        this.loops = loops;
        this.metrics = metrics;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Unloads a layer that no exchange uses any more. Returns at once; the caller must drop the layer. */
    void unload(PluginLayer layer, List<PluginStatus> statuses) {
        try {
            thread.execute(() -> close(layer, statuses));
        } catch (RejectedExecutionException e) {
            layer.close(CLOSE_LIMIT); // the gateway is closed already
        }
    }

    private void close(PluginLayer layer, List<PluginStatus> statuses) {
        layer.close(CLOSE_LIMIT);
        statuses.forEach(status -> status.state(PluginStatus.State.CLOSED));
        nameThreads(layer.loader(), statuses.getFirst().name());
        MatcherCaches.purge();
        for (Executor loop : loops) {
            try {
                loop.execute(MatcherCaches::purge);
            } catch (RejectedExecutionException e) {
                LOG.log(Level.DEBUG, "A loop has ended", e);
            }
        }
        if (ghosts.size() == MAX_GHOSTS) {
            ghosts.removeFirst();
        }
        ghosts.add(new Ghost(layer.loader(), statuses));
        if (!collectionDue) {
            collectionDue = true;
            var _ = thread.schedule(this::collect, DEBOUNCE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void collect() {
        collectionDue = false;
        System.gc();
        look(0);
    }

    /** Looks at those that are at a step of their patience. */
    private void look(int step) {
        ghosts.removeIf(ghost -> ghost.refersTo(null) && collected(ghost));
        if (ghosts.stream().noneMatch(ghost -> ghost.looks == step)) {
            return;
        }
        if (step == LOOKS) {
            ghosts.stream().filter(ghost -> ghost.looks == step).forEach(this::stays);
            return;
        }
        var _ = thread.schedule(() -> {
            ghosts.removeIf(ghost -> ghost.refersTo(null) && collected(ghost));
            boolean left = false;
            for (Ghost ghost : ghosts) {
                if (ghost.looks == step) {
                    ghost.looks++;
                    left = true;
                }
            }
            if (left) {
                System.gc();
                look(step + 1);
            }
        }, step < YOUNG_LOOKS ? LOOK_MILLIS : PATIENCE_MILLIS[step - YOUNG_LOOKS], TimeUnit.MILLISECONDS);
    }

    private boolean collected(Ghost ghost) {
        ghost.statuses.forEach(status -> status.state(PluginStatus.State.UNLOADED));
        ghost.event.collected = true;
        ghost.event.commit();
        metrics.unloads().incrementShared();
        LOG.log(Level.INFO, "The plugin {0} is unloaded", ghost.loader);
        return true;
    }

    private void stays(Ghost ghost) {
        ghost.looks++;
        ghost.statuses.forEach(status -> {
            status.state(PluginStatus.State.NOT_COLLECTED);
            status.failure(
                    "its classes are still held by something after it was closed; a thread, a timer or a value of a "
                            + "ThreadLocal that it left behind");
        });
        ghost.event.commit();
        metrics.uncollected().incrementShared();
        LOG.log(Level.WARNING,
                "The plugin {0} was closed, but its classes are not collected: something still holds them, "
                        + "such as a thread, a timer or a ThreadLocal that it left behind",
                ghost.loader);
    }

    /** Names the platform threads that still run the plugin's code. */
    private static void nameThreads(PluginClassLoader loader, String plugin) {
        var names = new TreeSet<String>();
        for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
            if (each.getKey().getContextClassLoader() == loader || runs(each.getValue(), loader.getName())) {
                names.add(each.getKey().getName());
            }
        }
        if (!names.isEmpty()) {
            LOG.log(Level.WARNING, "The plugin \"{0}\" is closed and left these threads behind: {1}", plugin,
                    String.join(", ", names));
        }
    }

    private static boolean runs(StackTraceElement[] stack, @Nullable String loader) {
        for (StackTraceElement frame : stack) {
            if (loader != null && loader.equals(frame.getClassLoaderName())) {
                return true;
            }
        }
        return false;
    }

    /** {@return how many closed layers are not known to be collected} Waits for the thread. */
    int pending() {
        try {
            return thread.submit(ghosts::size).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
