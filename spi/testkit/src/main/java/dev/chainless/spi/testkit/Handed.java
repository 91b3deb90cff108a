package dev.chainless.spi.testkit;

import dev.chainless.spi.Handover;
import dev.chainless.spi.Stage;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The state that a stage hands over. The host looks at a part of it only, while it serves; here it is all looked at. */
final class Handed {
    private static final int MAX_OBJECTS = 100_000;

    private Handed() {}

    /** {@return what a stage hands over, which is of types that its successor knows too} */
    static Object over(Handover<?> stage) {
        Object state;
        try {
            state = stage.handOver();
        } catch (RuntimeException e) {
            throw new AssertionError("handOver threw " + e, e);
        }
        if (state == null) {
            throw new AssertionError("handOver gave null: a stage without state does not implement Handover");
        }
        Class<?> foreign = foreign(state);
        if (foreign != null) {
            throw new AssertionError("handOver gave a state that contains a " + foreign.getName()
                    + ": the successor may"
                    + " be of another version, which has another class of that name; make the state of types of the JDK"
                    + " and the SPI, down to its elements");
        }
        return state;
    }

    /** Throws if who was to inherit did not. */
    static void requireAsked(FakeContext successor, Object state) {
        Class<?> asked = successor.asked();
        if (asked == null) {
            throw new AssertionError("handOver gave a " + state.getClass().getName() + ", and the successor did not ask"
                    + " for it: call PluginContext.inherited while the stage is made");
        }
        if (!asked.isInstance(state)) {
            throw new AssertionError(
                    "handOver gave a " + state.getClass().getName() + ", and the successor asked for a "
                            + asked.getName() + " by PluginContext.inherited: it gets nothing");
        }
    }

    /** {@return a class in a state that neither the JDK nor the SPI owns, null if there is none} */
    static @Nullable Class<?> foreign(Object state) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> left = new ArrayDeque<>(List.of(state));
        while (!left.isEmpty() && seen.size() < MAX_OBJECTS) {
            Object next = left.removeFirst();
            if (seen.add(next)) {
                if (!isShared(next.getClass())) {
                    return next.getClass();
                }
                parts(next).stream().filter(Objects::nonNull).limit(MAX_OBJECTS).forEach(left::addLast);
            }
        }
        return null;
    }

    private static Collection<?> parts(Object whole) {
        return switch (whole) {
            case SortedMap<?, ?> map when map.comparator() != null ->
                Arrays.asList(map.comparator(), map.keySet().toArray(), map.values().toArray());
            case SortedSet<?> set when set.comparator() != null -> Arrays.asList(set.comparator(), set.toArray());
            case Map<?, ?> map -> List.of(map.keySet().toArray(), map.values().toArray());
            case Collection<?> elements -> elements;
            case Object[] elements -> Arrays.asList(elements);
            case Optional<?> optional -> optional.stream().toList();
            case AtomicReference<?> reference -> Arrays.asList(reference.get());
            case AtomicReferenceArray<?> elements -> {
                Object[] all = new Object[elements.length()];
                Arrays.setAll(all, elements::get);
                yield Arrays.asList(all);
            }
            default -> List.of();
        };
    }

    /** In a test all may lie on one class path, so that the SPI is known by its jar. */
    private static boolean isShared(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        ClassLoader loader = element.getClassLoader();
        return loader == null || loader.equals(ClassLoader.getPlatformClassLoader())
                || Objects.equals(source(element), source(Stage.class));
    }

    private static @Nullable Object source(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null ? null : source.getLocation();
    }
}
