package dev.chainless.tests.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Starts processes and ends those still running when it is closed, the newest first. Thread-safe, since it is also
/// closed by the shutdown hook.
final class Processes implements AutoCloseable {
    private final Path folder;
    private final AtomicInteger count = new AtomicInteger();
    private final Deque<Started> started = new ArrayDeque<>();
    private boolean closed;

    /// @param folder where the output of the processes goes
    Processes(Path folder) {
        this.folder = folder;
    }

    /// Starts a process on all cores.
    Started start(String name, List<String> command) throws IOException {
        return start(name, command, false);
    }

    private synchronized Started start(String name, List<String> command, boolean listens) throws IOException {
        if (closed) {
            throw new IOException("the benchmark is being ended");
        }
        started.removeIf(earlier -> !earlier.alive());
        File output = folder.resolve(name + "-" + count.incrementAndGet() + ".log").toFile();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
        if (!listens) {
            process.getOutputStream().close();
        }
        var running = new Started(name, process, output.toPath());
        started.push(running);
        return running;
    }

    /// Starts a process that stays on `core` with all its threads and children.
    Started startOn(int core, String name, List<String> command) throws IOException {
        return start(name, pinned(core, command), false);
    }

    /// Likewise one that takes lines by its standard input.
    Started startListening(int core, String name, List<String> command) throws IOException {
        return start(name, pinned(core, command), true);
    }

    private static List<String> pinned(int core, List<String> command) {
        var pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        pinned.addAll(command);
        return pinned;
    }

    @Override
    public void close() {
        List<Started> running;
        synchronized (this) {
            closed = true;
            running = List.copyOf(started);
        }
        running.forEach(Started::close);
    }
}
