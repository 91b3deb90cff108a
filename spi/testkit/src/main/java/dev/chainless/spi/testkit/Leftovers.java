package dev.chainless.spi.testkit;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The threads and open files before a stage was made, to compare with those after it was closed. */
final class Leftovers {
    private static final long PATIENCE_MILLIS = 2_000;
    /** The JVM's and the library's own, which whoever is first brings to life. */
    private static final List<String> NOT_THE_PLUGINS = List.of("ForkJoinPool.commonPool-", "Common-Cleaner", "JFR ",
            "Attach ", "Process reaper", "process reaper", "RMI ", "VirtualThread-", "Cleaner-", LoopThreads.NAME);

    private final Set<Thread> threads = threads();

    /** Throws if a thread that was begun since is still there after a moment. */
    void checkThreads() {
        Set<Thread> left = threads();
        left.removeAll(threads);
        for (Thread thread : left) {
            boolean others = NOT_THE_PLUGINS.stream().anyMatch(thread.getName()::startsWith);
            if (!others && !ends(thread)) {
                var alive = new AssertionError("the thread \"" + thread.getName() + "\" still runs after the stage was"
                        + " closed: end it in Stage.close; it is here");
                alive.setStackTrace(thread.getStackTrace());
                throw alive;
            }
        }
    }

    /** {@return the number of files and sockets that this process has open, 0 where that is not known} */
    static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount() : 0;
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private static boolean ends(Thread thread) {
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
