package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import dev.chainless.config.Shape.Field;
import dev.chainless.config.Shape.Role;
import dev.chainless.config.Shape.ShortForm;
import dev.chainless.config.Shape.Slot;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One run of the binder. Whatever is wrong is put on the list of problems and the run goes on, so that all of it is
 * told at once; a method that failed returns null.
 */
final class Binding {
    /** Of a class's constructor and factories, made once for all tables. Held by that class alone, and gone with it. */
    private static final ClassValue<Map<Access, Maker>> MAKERS = new ClassValue<>() {
        @Override
        protected Map<Access, Maker> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    /** Calls a constructor or factory. */
    @FunctionalInterface
    private interface Maker {
        @Nullable Object make(@Nullable Object[] arguments) throws Throwable;
    }

    /** What is called, and whether by who may call all of its class or by anyone. */
    private record Access(Executable executable, boolean everything) {}

    private final MethodHandles.Lookup lookup;
    private final List<Problem> problems;
    private final Scalars scalars;

    Binding(MethodHandles.Lookup lookup, Map<String, Set<String>> names, List<Problem> problems) {
        this.lookup = lookup;
        this.problems = problems;
        this.scalars = new Scalars(names, problems);
    }

    /** Makes a record of a table. */
    @Nullable Object record(Class<?> type, RawTable table) {
        Shape shape = Shape.of(type);
        Map<String, @Nullable Object> values = new HashMap<>();
        Set<String> taken = new LinkedHashSet<>();
        boolean whole = true;
        for (Field field : shape.keyed()) {
            taken.add(field.key());
            Node node = table.node(field.key());
            Object value = node == null ? absent(field, table) : value(field.slot(), node, table.path(field.key()));
            whole &= value != null || (node == null && field.slot().nullable());
            values.put(field.name(), value);
        }
        for (Field field : shape.fields()) {
            if (field.role() == Role.KEYED_BY && values.get(field.key()) instanceof String key) {
                RawTable value = taken.add(key) ? section(table, key) : empty(table, key);
                whole &= value != null;
                values.put(field.name(), value);
            }
        }
        if (!shape.hasRest()) {
            whole &= refuseUnknown(table, taken);
        }
        if (!whole) {
            return null;
        }
        @Nullable Object[] arguments = new Object[shape.fields().size()];
        for (int i = 0; i < arguments.length; i++) {
            Field field = shape.fields().get(i);
            arguments[i] = switch (field.role()) {
                case POSITION -> table.position();
                case REST -> table.without(taken);
                case KEY, KEYED_BY -> values.get(field.name());
            };
        }
        return call(shape.constructor(), arguments, table.position(), table.path(), null);
    }

    private boolean refuseUnknown(RawTable table, Set<String> known) {
        boolean none = true;
        for (String key : table.keys()) {
            if (!known.contains(key)) {
                none = false;
                problems.add(Problem.at(table.position(key), table.path(key),
                        "unknown key" + Nearest.hint(key, known)));
            }
        }
        return none;
    }

    /** The table that is keyed by another component. */
    private @Nullable RawTable section(RawTable table, String key) {
        Node node = table.node(key);
        if (node == null) {
            return empty(table, key);
        }
        if (node.value() instanceof RawTable section) {
            return section;
        }
        mismatch(node, table.path(key), "a table");
        return null;
    }

    private static RawTable empty(RawTable table, String key) {
        return new RawTable(Map.of(), table.position(), table.path(key));
    }

    private @Nullable Object absent(Field field, RawTable table) {
        Slot slot = field.slot();
        Class<?> raw = slot.raw();
        if (field.absent() != null) {
            Node node = Scalars.literal(field.absent().value(), slot, table.position());
            return value(slot, node, table.path(field.key()));
        }
        if (slot.nullable()) {
            return null;
        }
        if (raw == Optional.class) {
            return Optional.empty();
        }
        if (raw == List.class) {
            return List.of();
        }
        if (raw == Map.class) {
            return Map.of();
        }
        if (raw == RawTable.class) {
            return empty(table, field.key());
        }
        if (raw.isRecord() && !Shape.of(raw).noTable()) {
            return record(raw, empty(table, field.key()));
        }
        problems.add(Problem.at(table.position(), table.path(field.key()), "missing, expected " + Expected.of(slot)));
        return null;
    }

    private @Nullable Object value(Slot slot, Node node, String path) {
        Class<?> raw = slot.raw();
        if (raw == Optional.class) {
            Object value = value(slot.inner(), node, path);
            return value == null ? null : Optional.of(value);
        }
        if (raw == List.class) {
            return list(slot, node, path);
        }
        if (raw == Map.class) {
            return map(slot, node, path);
        }
        if (raw == RawTable.class) {
            return node.value() instanceof RawTable table ? table : mismatch(node, path, "a table");
        }
        if (raw.isRecord()) {
            return scalars.check(slot, recordOf(slot, node, path), node, path);
        }
        if (raw.isSealed()) {
            return choice(slot, node, path);
        }
        return scalars.check(slot, scalars.read(slot, node, path), node, path);
    }

    private @Nullable Object list(Slot slot, Node node, String path) {
        if (node.value() instanceof RawTable) {
            return mismatch(node, path, Expected.of(slot));
        }
        if (!(node.value() instanceof List<?> nodes)) {
            if (slot.inner().raw().isRecord() && !accepts(slot.inner().raw(), node)) {
                return mismatch(node, path, Expected.of(slot));
            }
            Object single = value(slot.inner(), node, path);
            return single == null ? null : List.of(single);
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Object value = value(slot.inner(), (Node) nodes.get(i), path + "[" + i + "]");
            if (value != null) {
                values.add(value);
            }
        }
        return values.size() == nodes.size() ? Collections.unmodifiableList(values) : null;
    }

    private @Nullable Object map(Slot slot, Node node, String path) {
        if (!(node.value() instanceof RawTable table)) {
            return mismatch(node, path, "a table");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (String key : table.keys()) {
            Object value = value(slot.inner(), Objects.requireNonNull(table.node(key)), table.path(key));
            if (value != null) {
                values.put(key, value);
            }
        }
        return values.size() == table.keys().size() ? Collections.unmodifiableMap(values) : null;
    }

    private @Nullable Object recordOf(Slot slot, Node node, String path) {
        Shape shape = Shape.of(slot.raw());
        if (node.value() instanceof RawTable table && !shape.noTable()) {
            return record(shape.type(), table);
        }
        ShortForm form = fitting(shape, node);
        return form == null ? mismatch(node, path, Expected.of(slot)) : make(form, node, path);
    }

    private @Nullable Object choice(Slot slot, Node node, String path) {
        List<Shape> permitted = Shape.permitted(slot.raw());
        if (node.value() instanceof RawTable table) {
            return choice(permitted.stream().filter(shape -> !shape.noTable()).toList(), table, path);
        }
        for (Shape shape : permitted) {
            ShortForm form = fitting(shape, node);
            if (form != null) {
                return make(form, node, path);
            }
        }
        return mismatch(node, path, Expected.of(slot));
    }

    private @Nullable Object choice(List<Shape> shapes, RawTable table, String path) {
        List<String> present = table.keys().stream()
                .filter(key -> shapes.stream().anyMatch(shape -> shape.discriminator().equals(key))).toList();
        if (present.size() == 1) {
            Shape chosen = shapes.stream().filter(shape -> shape.discriminator().equals(present.getFirst()))
                    .findFirst().orElseThrow();
            return record(chosen.type(), table);
        }
        List<String> keys = shapes.stream().map(Shape::discriminator).toList();
        if (present.isEmpty()) {
            String first = table.isEmpty() ? "" : table.keys().iterator().next();
            problems.add(Problem.at(table.isEmpty() ? table.position() : table.position(first), path,
                    "expected " + Expected.oneKeyOf(keys) + ", found "
                            + (table.isEmpty() ? "an empty table" : "\"" + first + "\"" + Nearest.meant(first, keys))));
        } else {
            problems.add(Problem.at(table.position(present.get(1)), path,
                    "\"" + present.get(0) + "\" and \"" + present.get(1) + "\" cannot be together"));
        }
        return null;
    }

    private @Nullable ShortForm fitting(Shape shape, Node node) {
        return shape.shorthands().stream().filter(form -> accepts(form.slot().raw(), node))
                .findFirst().orElse(null);
    }

    private boolean accepts(Class<?> raw, Node node) {
        return switch (node.value()) {
            case List<?> list -> raw == List.class;
            case RawTable table -> raw == Map.class || raw == RawTable.class;
            default -> raw.isRecord()
                    ? fitting(Shape.of(raw), node) != null
                    : raw != List.class && raw != Map.class && Scalars.accepts(raw, node.value());
        };
    }

    private @Nullable Object make(ShortForm form, Node node, String path) {
        Object argument = value(form.slot(), node, path);
        if (argument == null) {
            return null;
        }
        Object[] arguments = form.positioned() ? new Object[] {argument, node.position()} : new Object[] {argument};
        return call(form.method(), arguments, node.position(), path, node);
    }

    private @Nullable Object mismatch(Node node, String path, String expected) {
        problems.add(Problem.at(node.position(), path, "expected " + expected + ", found " + Expected.found(node)));
        return null;
    }

    /** Any exception of a record's own code is a problem of the table: a plugin's record must not stop the host. */
    private @Nullable Object call(
            Executable maker, @Nullable Object[] arguments, Position position, String path, @Nullable Node node) {
        Maker made = maker(maker);
        try {
            return made.make(arguments);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            String message = e.getMessage();
            boolean clear = e instanceof IllegalArgumentException && message != null;
            problems.add(Problem.at(position, path, (clear ? message : "refused: " + e)
                    + (node == null ? "" : ", found " + Expected.found(node))));
            return null;
        }
    }

    /** A plugin's record by the plugin's own lookup, and one of another module, such as a value type, as anyone. */
    private Maker maker(Executable executable) {
        Class<?> type = executable.getDeclaringClass();
        MethodHandles.Lookup access = MethodHandles.publicLookup();
        if (!isOwn(type)) {
            try {
                access = MethodHandles.privateLookupIn(type, lookup);
            } catch (IllegalAccessException e) {
                // It is not the plugin's.
            }
        }
        MethodHandles.Lookup by = access;
        return MAKERS.get(type).computeIfAbsent(new Access(executable, by.hasFullPrivilegeAccess()),
                _ -> isOwn(type) ? reflected(executable) : maker(executable, by));
    }

    /** The gateway's own tables are most of a start's, and handles for them would take a tenth of it. */
    private static boolean isOwn(Class<?> type) {
        return type.getModule().isNamed() && type.getModule().equals(Binding.class.getModule());
    }

    private static Maker reflected(Executable executable) {
        executable.setAccessible(true);
        return arguments -> {
            try {
                return executable instanceof Constructor<?> constructor ? constructor.newInstance(arguments)
                        : ((Method) executable).invoke(null, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
    }

    private static Maker maker(Executable executable, MethodHandles.Lookup access) {
        try {
            MethodHandle handle = executable instanceof Constructor<?> constructor
                    ? access.unreflectConstructor(constructor) : access.unreflect((Method) executable);
            int count = executable.getParameterCount();
            // In this order the forms in between depend on the number of parameters only, and are shared.
            MethodHandle spread =
                    handle.asType(MethodType.genericMethodType(count)).asSpreader(Object[].class, count);
            return arguments -> spread.invokeExact(arguments);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the plugin's lookup gives no access to " + executable, e);
        }
    }
}
