package dev.chainless.host;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Sets the flags of a file descriptor that another process opened, by fcntl(2): neither Java nor Netty can. */
final class Descriptors {
    // The same on x86-64 and aarch64.
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;
    static final int O_NONBLOCK = 04000;

    private Descriptors() {}

    /**
     * Makes a descriptor non-blocking and closes it in child processes. A blocking socket would stop its event loop in
     * {@code accept}: systemd leaves sockets blocking unless the unit says {@code NonBlocking=yes}.
     *
     * @param descriptor to prepare
     * @param name for the message
     * @throws StartException if there is no such descriptor
     */
    static void prepare(int descriptor, String name) {
        MethodHandle fcntl = fcntl();
        int flags = call(fcntl, descriptor, F_GETFL, 0);
        if (flags < 0) {
            throw new StartException("LISTEN_FDS promises descriptor " + descriptor + " (" + name
                    + "), which is not open; start the program by its .socket unit");
        }
        call(fcntl, descriptor, F_SETFL, flags | O_NONBLOCK);
        call(fcntl, descriptor, F_SETFD, FD_CLOEXEC);
    }

    /** {@return the status flags of a descriptor, below 0 if it is not open} */
    static int flags(int descriptor) {
        return call(fcntl(), descriptor, F_GETFL, 0);
    }

    @SuppressWarnings("restricted") // fcntl(int, int, int) is what it is on both architectures
    private static MethodHandle fcntl() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow("fcntl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
    }

    private static int call(MethodHandle fcntl, int descriptor, int command, int argument) {
        try {
            return (int) fcntl.invokeExact(descriptor, command, argument);
        } catch (Throwable e) {
            throw new IllegalStateException("fcntl", e);
        }
    }
}
