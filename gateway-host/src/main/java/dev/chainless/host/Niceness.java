package dev.chainless.host;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Lets the loops have the processor first while a plugin or the configuration changes. What a change costs is neither small
 * nor urgent: jars are digested, classes loaded, chains made, all of it compiled and the old collected. On a processor that
 * a loop has half filled, three such threads beside it leave it too little, and requests wait by the ten milliseconds.
 *
 * <p>Linux has priorities per thread ({@code setpriority(2)}), and to lower one needs no privilege; to raise it again does,
 * so what is lowered stays so. HotSpot's compilers and concurrent collectors are lowered by the first change, not at the
 * start, where a loop without compiled code is what is to be avoided; and by little, so that a machine with busy loops
 * compiles all the same. Elsewhere, and where the host has no native access, nothing happens.
 */
final class Niceness {
    private static final Logger LOG = System.getLogger(Niceness.class.getName());

    /** Against a loop's 0: a tenth of its share. */
    private static final int CHANGE = 10;
    /** A third of a loop's share. */
    private static final int VIRTUAL_MACHINE = 5;

    private static final int PRIO_PROCESS = 0;
    private static final Path THREADS = Path.of("/proc/self/task");
    /** As HotSpot names them. Not those that work while the loops stand still. */
    private static final String[] NAMES =
            {"C1 Compiler", "C2 Compiler", "G1 Conc", "G1 Refine", "G1 Main", "G1 Service"};

    private Niceness() {}

    /**
     * Lowers the calling thread, and those of the virtual machine that work beside the loops. Threads that it starts from
     * now on are low as well.
     */
    static void change() {
        MethodHandle setPriority = Native.SET_PRIORITY;
        if (setPriority == null || Thread.currentThread().isVirtual()) {
            return;
        }
        set(setPriority, 0, CHANGE);
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                if (isOfVirtualMachine(thread)) {
                    set(setPriority, Integer.parseInt(thread.getFileName().toString()), VIRTUAL_MACHINE);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The threads are not known", e);
        }
    }

    /** The thread 0 is the calling one. */
    private static void set(MethodHandle setPriority, int thread, int nice) {
        try {
            int ignored = (int) setPriority.invokeExact(PRIO_PROCESS, thread, nice);
        } catch (Throwable e) {
            throw new LinkageError("setpriority cannot be called", e);
        }
    }

    private static boolean isOfVirtualMachine(Path thread) {
        try {
            String name = Files.readString(thread.resolve("comm"));
            for (String each : NAMES) {
                if (name.startsWith(each)) {
                    return true;
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A thread has ended", e);
        }
        return false;
    }

    /** Apart, as only a change needs it. */
    private static final class Native {
        static final @Nullable MethodHandle SET_PRIORITY = setPriority();

        @SuppressWarnings("restricted")
        private static @Nullable MethodHandle setPriority() {
            if (!Files.isDirectory(THREADS) || !Niceness.class.getModule().isNativeAccessEnabled()) {
                return null;
            }
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup().find("setpriority").map(address -> linker.downcallHandle(address,
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT)))
                    .orElse(null);
        }
    }
}
