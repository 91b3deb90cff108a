package dev.chainless.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Signals, as often as they come: a shutdown hook would not see a second SIGTERM. By reflection, since the compiler's
 * warning about {@code sun.misc} cannot be turned off and warnings are errors here.
 */
final class Signals {
    private Signals() {}

    /**
     * Takes signals from now on, instead of the JVM.
     *
     * @param signalled runs on a thread of its own each time one comes; must be quick
     * @param names without {@code SIG}
     */
    static void handle(Runnable signalled, String... names) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            signalled.run();
                            yield null;
                        }
                        case "hashCode" -> System.identityHashCode(self);
                        case "equals" -> arguments[0] != null
                                && System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                        default -> "signals";
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            for (String name : names) {
                handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no sun.misc.Signal", e);
        }
    }
}
