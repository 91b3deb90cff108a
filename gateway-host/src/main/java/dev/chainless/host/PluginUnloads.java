package dev.chainless.host;

import dev.chainless.config.PluginPolicyConfig;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    /**
     * From a close to the first collection, so that several are collected at once, then from each collection to the next
     * while something waits, for all that wait. G1's concurrent collection stops the loops for some 10 ms where classes are
     * unloaded: one plugin goes soon, but of many that are replaced one after the other it may not be a hundredth of the time.
     */
    private static final long[] INTERVAL_MILLIS = {200, 500, 1_000, 2_000};
    /** With more than so many waiting, room for classes is what is short. */
    private static final int MANY = 32;
    private static final long HURRY_MILLIS = 100;
    /** The collections that must have looked before it is said that something stays. */
    private static final int LOOKS = 5;
    private static final int MAX_GHOSTS = 1024;

    /**
     * A loader that should be collected. A concurrent collection takes every object for live that is young, which a loader is
     * for up to 15 of them; the distribution lets it grow old after one.
     */
    private static final class Ghost extends PhantomReference<ClassLoader> {
        final List<PluginStatus> statuses;
        final String loader;
        final PluginEvent.Unload event = new PluginEvent.Unload();
        final long due;
        /** Collections since. */
        int looks;
        boolean stays;

        Ghost(PluginClassLoader loader, List<PluginStatus> statuses, Duration within) {
            super(loader, new ReferenceQueue<>());
            this.statuses = statuses;
            this.due = System.nanoTime() + within.toNanos();
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
    /** In a row, as far as it matters to the next interval. */
    private int collections;

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

    /**
     * Unloads a layer that no exchange uses any more. Returns at once; the caller must drop the layer.
     *
     * @param policy how long its plugins' code and the collection may take
     */
    void unload(PluginLayer layer, List<PluginStatus> statuses, PluginPolicyConfig policy) {
        try {
            thread.execute(() -> close(layer, statuses, policy));
        } catch (RejectedExecutionException e) {
            layer.close(policy.closeTimeout()); // the gateway is closed already
        }
    }

    private void close(PluginLayer layer, List<PluginStatus> statuses, PluginPolicyConfig policy) {
        Niceness.change();
        for (int left = layer.close(policy.closeTimeout()); left > 0; left--) {
            metrics.abandoned().incrementShared();
        }
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
        ghosts.add(new Ghost(layer.loader(), statuses, policy.unloadTimeout()));
        if (!collectionDue) {
            collectIn(INTERVAL_MILLIS[0]);
        }
    }

    private void collectIn(long millis) {
        collectionDue = true;
        var _ = thread.schedule(this::collect, millis, TimeUnit.MILLISECONDS);
    }

    /** Looks what the last collection did, and asks for the next one while something waits for it. */
    private void collect() {
        collectionDue = false;
        ghosts.removeIf(ghost -> ghost.refersTo(null) && collected(ghost));
        long now = System.nanoTime();
        ghosts.stream().filter(ghost -> !ghost.stays && ghost.looks >= LOOKS && now - ghost.due > 0)
                .forEach(this::stays);
        long waiting = ghosts.stream().filter(ghost -> !ghost.stays).count();
        if (waiting == 0) {
            collections = 0;
            return;
        }
        System.gc();
        ghosts.forEach(ghost -> ghost.looks++);
        collections = Math.min(collections + 1, INTERVAL_MILLIS.length - 1);
        collectIn(waiting > MANY ? HURRY_MILLIS : INTERVAL_MILLIS[collections]);
    }

    private boolean collected(Ghost ghost) {
        metrics.unloads().incrementShared();
        ghost.statuses.forEach(status -> status.state(PluginStatus.State.UNLOADED));
        ghost.event.collected = true;
        ghost.event.commit();
        LOG.log(Level.INFO, "The plugin {0} is unloaded", ghost.loader);
        return true;
    }

    private void stays(Ghost ghost) {
        ghost.stays = true;
        metrics.uncollected().incrementShared();
        ghost.statuses.forEach(status -> {
            status.state(PluginStatus.State.NOT_COLLECTED);
            status.failure(
                    "its classes are still held by something after it was closed; a thread, a timer or a value of a "
                            + "ThreadLocal that it left behind");
        });
        ghost.event.commit();
        LOG.log(Level.WARNING,
                "The plugin {0} was closed, but its classes are not collected: something still holds them, "
                        + "such as a thread, a timer or a ThreadLocal that it left behind",
                ghost.loader);
    }

    /** Names the platform threads that still run the plugin's code. */
    private static void nameThreads(PluginClassLoader loader, String plugin) {
        var names = new TreeSet<String>();
        for (Thread each : threads()) {
            // One stack at a time: that of all threads at once stops the loops.
            if (each.getContextClassLoader() == loader || runs(each.getStackTrace(), loader.getName())) {
                names.add(each.getName());
            }
        }
        if (!names.isEmpty()) {
            LOG.log(Level.WARNING, "The plugin \"{0}\" is closed and left these threads behind: {1}", plugin,
                    String.join(", ", names));
        }
    }

    private static Thread[] threads() {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] threads = new Thread[all.activeCount() + 16];
        return Arrays.copyOf(threads, all.enumerate(threads));
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
