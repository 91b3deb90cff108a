package dev.chainless.host;

import dev.chainless.spi.Handover;
import dev.chainless.spi.Stage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What a stage may take over of the one that it replaces. State that is made of a plugin's own classes is refused: it
 * would keep the old version of the plugin from being unloaded, and the new version has other classes of these names.
 */
final class Inheritance {
    private static final Logger LOG = System.getLogger(Inheritance.class.getName());
    private static final int MAX_DEPTH = 8;
    /** Elements of one collection that are looked at: enough to find what was forgotten, not a walk through a cache. */
    private static final int MAX_ELEMENTS = 256;

    private final @Nullable Use<?> predecessor;
    private final Duration limit;

    /**
     * Prepares the handover.
     *
     * @param predecessor the stage that goes, null if there is none
     * @param limit for it to hand its state over
     */
    Inheritance(@Nullable Use<?> predecessor, Duration limit) {
        this.predecessor = predecessor;
        this.limit = limit;
    }

    /** {@return the state, null if there is none to be had} */
    @Nullable Object take() {
        if (predecessor == null || !(predecessor.made() instanceof Handover<?> handover)) {
            return null;
        }
        try {
            Object state =
                    Abandonable.call("hand-over", limit, () -> Optional.ofNullable(handover.handOver())).orElse(null);
            Class<?> foreign = foreign(state, 0);
            if (foreign == null) {
                return state;
            }
            LOG.log(Level.WARNING,
                    "The stage \"{0}\" begins without the state of the one before it: that contains a {1}, "
                            + "and only types of the JDK and the SPI can be handed over",
                    predecessor.name(), foreign.getName());
        } catch (ExecutionException e) {
            LOG.log(Level.WARNING, "The stage \"" + predecessor.name()
                    + "\" begins without the state of the one before it, which failed to hand it over: "
                    + e.getCause());
        } catch (TimeoutException e) {
            predecessor.leaveBehind("The stage \"" + predecessor.name()
                    + "\" begins without the state of the one before it, which did not hand it over within "
                    + limit.toMillis() + " ms and is left behind");
        }
        return null;
    }

    /** {@return a class in a state that neither the JDK nor the SPI owns, null if none was found} */
    static @Nullable Class<?> foreign(@Nullable Object state, int depth) {
        if (state == null || depth > MAX_DEPTH) {
            return null;
        }
        if (!isShared(state.getClass())) {
            return state.getClass();
        }
        return switch (state) {
            case Map<?, ?> map -> {
                Class<?> found = foreign(map.keySet(), depth + 1);
                yield found == null ? foreign(map.values(), depth + 1) : found;
            }
            case Collection<?> elements -> foreign(elements.iterator(), depth);
            case Object[] elements -> foreign(java.util.Arrays.asList(elements).iterator(), depth);
            case AtomicReference<?> reference -> foreign(reference.get(), depth + 1);
            case AtomicReferenceArray<?> elements -> {
                Class<?> found = null;
                for (int i = 0; i < Math.min(elements.length(), MAX_ELEMENTS) && found == null; i++) {
                    found = foreign(elements.get(i), depth + 1);
                }
                yield found;
            }
            default -> null;
        };
    }

    private static @Nullable Class<?> foreign(java.util.Iterator<?> elements, int depth) {
        Class<?> found = null;
        for (int i = 0; i < MAX_ELEMENTS && found == null && elements.hasNext(); i++) {
            found = foreign(elements.next(), depth + 1);
        }
        return found;
    }

    private static boolean isShared(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        ClassLoader loader = element.getClassLoader();
        return loader == null || loader.equals(ClassLoader.getPlatformClassLoader())
                || (element.getPackageName().startsWith(Stage.class.getPackageName())
                        && element.getModule() == Stage.class.getModule());
    }
}
