package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A process of this benchmark with everything it forked, and its output in a file.
final class Started implements AutoCloseable {
    /// `USER_HZ`, which is 100 on every Linux that Java runs on.
    private static final int MICROS_PER_TICK = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String name;
    private final Process process;
    private final Path output;

    Started(String name, Process process, Path output) {
        this.name = name;
        this.process = process;
        this.output = output;
    }

    boolean alive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /// Sends a signal to the process, such as `HUP`.
    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
    }

    /// Writes a line to its standard input.
    void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /// {@return what it has written so far, line by line}
    List<String> output() throws IOException {
        String text = Files.readString(output);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /// {@return user and system time of the process and its living descendants, in µs}
    long cpuMicros() throws IOException {
        long ticks = 0;
        for (ProcessHandle handle : tree()) {
            ticks += ticks(Path.of("/proc", Long.toString(handle.pid()), "stat"), 14, 15);
        }
        return ticks * MICROS_PER_TICK;
    }

    /// {@return resident memory of the process and its living descendants, in MB; pages they share count for each}
    double residentMegabytes() throws IOException {
        long kilobytes = 0;
        for (ProcessHandle handle : tree()) {
            for (String line : lines(Path.of("/proc", Long.toString(handle.pid()), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        }
        return kilobytes * 1024 / 1e6;
    }

    /// {@return user and system time of those children of this JVM that have ended, in µs}
    static long endedChildrenCpuMicros() throws IOException {
        return ticks(Path.of("/proc/self/stat"), 16, 17) * MICROS_PER_TICK;
    }

    /// {@return the output, once the process has ended by itself}
    String await(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            close();
            throw new IOException(name + " was still running after " + limit.toSeconds() + " s" + outputTail());
        }
        if (process.exitValue() != 0) {
            throw new IOException(name + " ended with status " + process.exitValue() + outputTail());
        }
        return Files.readString(output);
    }

    /// {@return the last lines of the output, as the end of a sentence}
    String outputTail() throws IOException {
        List<String> lines = Files.readAllLines(output);
        return lines.isEmpty() ? "" : ":\n    " + String.join("\n    ", lines.subList(Math.max(0, lines.size() - 10),
                lines.size()));
    }

    @Override
    public void close() {
        List<ProcessHandle> tree = tree();
        tree.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        tree.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    }

    private List<ProcessHandle> tree() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    }

    /// Fields are numbered from 1, as in proc(5); the second is a name in parentheses, which may hold spaces.
    private static long ticks(Path stat, int first, int last) throws IOException {
        List<String> lines = lines(stat);
        if (lines.isEmpty()) {
            return 0;
        }
        String line = lines.getFirst();
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int field = first; field <= last; field++) {
            ticks += Long.parseLong(fields[field - 3]);
        }
        return ticks;
    }

    /// A process that ends while its files are read is one that has no lines.
    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            if (file.startsWith("/proc/self")) {
                throw e;
            }
            return List.of();
        }
    }
}
