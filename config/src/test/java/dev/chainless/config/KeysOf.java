package dev.chainless.config;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All keys that a tree of records has, with a record that has it. */
final class KeysOf {
    private final Map<String, Class<?>> keys = new TreeMap<>();
    private final Set<Class<?>> seen = new HashSet<>();

    private KeysOf() {}

    static Map<String, Class<?>> everyKey(Class<?> record) {
        KeysOf keys = new KeysOf();
        keys.add(record);
        return keys.keys;
    }

    private void add(Class<?> type) {
        if (!seen.add(type)) {
            return;
        }
        if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(this::add);
        }
        if (!type.isRecord() || Shape.of(type).noTable()) {
            return;
        }
        for (Shape.Field field : Shape.of(type).keyed()) {
            keys.put(field.key(), type);
            add(leaf(field.slot()));
        }
    }

    private static Class<?> leaf(Shape.Slot slot) {
        return slot.raw().getTypeParameters().length == 0 ? slot.raw() : leaf(slot.inner());
    }
}
