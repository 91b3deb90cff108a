package dev.chainless.tests;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Starts a program as a service manager does for socket activation: a listening socket at descriptor 3, and the variables
 * that say so. The program takes the place of this process.
 */
final class Activation {
    private static final Linker LINKER = Linker.nativeLinker();

    private Activation() {}

    /**
     * Becomes the program.
     *
     * @param arguments the port, the name of the socket, and the command
     */
    public static void main(String[] arguments) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            var ints = ValueLayout.JAVA_INT;
            int socket = (int) function("socket", ints, ints, ints, ints).invoke(2, 1, 0);
            int port = Integer.parseInt(arguments[0]);
            // struct sockaddr_in of 127.0.0.1: the family in the machine's order, port and address in the network's.
            MemorySegment address = arena.allocate(16);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) 2);
            address.set(ValueLayout.JAVA_BYTE, 2, (byte) (port >> 8));
            address.set(ValueLayout.JAVA_BYTE, 3, (byte) port);
            address.set(ValueLayout.JAVA_BYTE, 4, (byte) 127);
            address.set(ValueLayout.JAVA_BYTE, 7, (byte) 1);
            check((int) function("bind", ints, ints, ValueLayout.ADDRESS, ints).invoke(socket, address, 16), "bind");
            check((int) function("listen", ints, ints, ints).invoke(socket, 128), "listen");
            set(arena, "LISTEN_FDS", "1");
            set(arena, "LISTEN_FDNAMES", arguments[1]);
            set(arena, "LISTEN_PID", Long.toString(ProcessHandle.current().pid()));
            MemorySegment command = arena.allocate(ValueLayout.ADDRESS, arguments.length - 1);
            for (int i = 2; i < arguments.length; i++) {
                command.setAtIndex(ValueLayout.ADDRESS, i - 2, arena.allocateFrom(arguments[i]));
            }
            MemorySegment nowhere = arena.allocateFrom("");
            MemorySegment program = arena.allocateFrom(arguments[2]);
            MethodHandle duplicate = function("dup2", ints, ints, ints);
            MethodHandle execute = function("execvp", ints, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
            // Descriptor 3 is where the JVM reads its own classes from: once it is gone, nothing new may be loaded. So the
            // same calls are made once before, to no effect.
            for (int descriptor : new int[] {100, 3}) {
                MemorySegment path = descriptor == 3 ? program : nowhere;
                int duplicated = (int) duplicate.invokeExact(socket, descriptor);
                int executed = (int) execute.invokeExact(path, command);
                if (duplicated < 0 || executed >= 0) {
                    Runtime.getRuntime().halt(1);
                }
            }
            Runtime.getRuntime().halt(1);
        }
    }

    private static void set(Arena arena, String name, String value) throws Throwable {
        check((int) function("setenv", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT)
                .invoke(arena.allocateFrom(name), arena.allocateFrom(value), 1), "setenv");
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, ValueLayout result, ValueLayout... arguments) {
        return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(),
                FunctionDescriptor.of(result, arguments));
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw new IllegalStateException(what + " failed");
        }
    }
}
