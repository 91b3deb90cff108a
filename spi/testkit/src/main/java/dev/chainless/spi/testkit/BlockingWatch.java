package dev.chainless.spi.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Sees what blocks a loop. The JVM's own flight recorder, with thresholds of zero, tells of each time that a thread parks,
 * sleeps, waits for a monitor, reads or writes a file or a socket, or starts a process, with its stack. That is sound
 * where samples of stacks would miss what is short. What it does not tell of is a lookup of a name, and native code.
 */
final class BlockingWatch {
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("jdk.ThreadSleep", "sleeps"),
            Map.entry("jdk.ThreadPark", "parks: it waits for a lock, a future or a queue"),
            Map.entry("jdk.JavaMonitorWait", "waits in Object.wait"),
            Map.entry("jdk.JavaMonitorEnter", "waits for a monitor that another thread holds"),
            Map.entry("jdk.FileRead", "reads a file"),
            Map.entry("jdk.FileWrite", "writes a file"),
            Map.entry("jdk.FileForce", "forces a file to the disk"),
            Map.entry("jdk.SocketRead", "reads a socket"),
            Map.entry("jdk.SocketWrite", "writes a socket"),
            Map.entry("jdk.ProcessStart", "starts a process"));
    /** Calls that go through these are asked of by the stage; the first other frame says who asks. */
    private static final List<String> LIBRARIES = List.of("java.", "javax.", "jdk.", "sun.", "io.netty.");
    /** The kit plays host and loop. */
    private static final Set<String> KIT = Stream.of(BodyRun.class, Course.class, FakeContext.class, FakeExchange.class,
            FakeSuspension.class, GatheredBody.class, LoopThreads.class, PluginContract.class, StageContract.class,
            StageRun.class, TrackedBuffers.class).map(Class::getName).collect(Collectors.toSet());
    /** The JVM's own: it loads classes, and keeps an account of memory off the heap. */
    private static final List<String> JVM = List.of("java.lang.ClassLoader.loadClass", "java.nio.Bits.reserveMemory",
            "jdk.internal.loader.BuiltinClassLoader.", "jdk.internal.ref.Cleaner.",
            "java.lang.invoke.MethodHandleNatives.");
    private static final int SHOWN_FRAMES = 16;

    private BlockingWatch() {}

    /** Runs work and throws if one of the {@link LoopThreads} blocked in it. */
    static void watch(Runnable work) {
        try (var recording = new Recording()) {
            KINDS.keySet().forEach(event -> recording.enable(event).withThreshold(Duration.ZERO).withStackTrace());
            recording.start();
            work.run();
            recording.stop();
            for (RecordedEvent event : events(recording)) {
                check(event);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<RecordedEvent> events(Recording recording) throws IOException {
        Path file = Files.createTempFile("contract", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file);
        } finally {
            Files.delete(file);
        }
    }

    private static void check(RecordedEvent event) {
        String kind = KINDS.get(event.getEventType().getName());
        RecordedStackTrace stack = event.getStackTrace();
        boolean onLoop = event.getThread() != null && event.getThread().getJavaName() != null
                && event.getThread().getJavaName().startsWith(LoopThreads.NAME);
        if (kind == null || stack == null || !onLoop) {
            return;
        }
        List<String> frames = stack.getFrames().stream().filter(RecordedFrame::isJavaFrame)
                .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName() + ":"
                        + frame.getLineNumber())
                .toList();
        if (isTheStages(frames)) {
            throw new AssertionError("the stage blocks its event loop: it " + kind + ". Begin what takes time and"
                    + " suspend (Exchange.suspend, Async.await)\n    at " + frames.stream().limit(SHOWN_FRAMES)
                            .collect(Collectors.joining("\n    at ")));
        }
    }

    private static boolean isTheStages(List<String> frames) {
        if (frames.stream().anyMatch(frame -> JVM.stream().anyMatch(frame::startsWith))) {
            return false;
        }
        String asks = frames.stream().filter(frame -> LIBRARIES.stream().noneMatch(frame::startsWith)).findFirst()
                .orElse("");
        return KIT.stream().noneMatch(type -> asks.startsWith(type + ".") || asks.startsWith(type + "$"));
    }
}
