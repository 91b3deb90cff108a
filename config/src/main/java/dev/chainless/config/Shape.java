package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.KeyedBy;
import dev.chainless.spi.config.Name;
import dev.chainless.spi.config.OneOf;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Reference;
import dev.chainless.spi.config.Rest;
import dev.chainless.spi.config.Shorthand;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a record: its fields and its shorthands. Read by reflection, which needs no access to the record.
 *
 * @param type the record
 * @param constructor its canonical one
 * @param fields one for each component, in order
 * @param keyed those fields that have a key of their own
 * @param shorthands the other ways to write it
 * @param noTable whether a table is no way to write it
 * @param hasRest whether it takes keys that it does not know
 */
record Shape(Class<?> type, Constructor<?> constructor, List<Field> fields, List<Field> keyed,
        List<ShortForm> shorthands, boolean noTable, boolean hasRest) {
    /** Each class is read once, and keeps its shape itself. */
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return read(type);
        }
    };

    private static final ClassValue<List<Shape>> CHOICES = new ClassValue<>() {
        @Override
        protected List<Shape> computeValue(Class<?> type) {
            return Arrays.stream(Objects.requireNonNull(type.getPermittedSubclasses())).map(Shape::of).toList();
        }
    };

    /** Where the value of a component comes from. */
    enum Role {
        /** From the key of the component. */
        KEY,
        /** From all keys that no other component has. */
        REST,
        /** From the key that another component names. */
        KEYED_BY,
        /** From the place of the table. */
        POSITION
    }

    /**
     * A component.
     *
     * @param role where its value comes from
     * @param name as written in Java
     * @param key as written in TOML; for {@code KEYED_BY} the name of the component that has the key
     * @param slot what it takes
     * @param absent what an absent key means
     * @param doc what it does, or ""
     */
    record Field(Role role, String name, String key, Slot slot, @Nullable Default absent, String doc) {}

    /** What a value may be. */
    record Slot(
            Type type, boolean nullable, @Nullable Range range, @Nullable OneOf oneOf, @Nullable Reference reference) {
        /** {@return the slot of each element of a list, of each value of a map, or of what is optional} */
        Slot inner() {
            Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
            return new Slot(arguments[arguments.length - 1], false, range, oneOf, reference);
        }

        Class<?> raw() {
            return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
        }
    }

    /**
     * A shorthand.
     *
     * @param method the static factory
     * @param slot what its argument may be
     * @param positioned whether it is also told where the value is
     * @param shorthand its annotation
     */
    record ShortForm(Method method, Slot slot, boolean positioned, Shorthand shorthand) {}

    static Shape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static Shape read(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : components) {
            fields.add(field(component));
        }
        List<ShortForm> shorthands = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Shorthand.class))
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .map(Shape::shortForm)
                .toList();
        List<Field> keyed = fields.stream().filter(field -> field.role() == Role.KEY).toList();
        return new Shape(type, constructor(type, components), List.copyOf(fields), keyed, shorthands,
                shorthands.stream().anyMatch(form -> form.shorthand().only()),
                fields.stream().anyMatch(field -> field.role() == Role.REST));
    }

    private static Constructor<?> constructor(Class<?> type, RecordComponent[] components) {
        try {
            return type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record has its canonical constructor", e);
        }
    }

    /** {@return the key whose presence picks this record among the records of a choice} */
    String discriminator() {
        return keyed.getFirst().key();
    }

    /** {@return the shapes of the records that a sealed interface permits} */
    static List<Shape> permitted(Class<?> choice) {
        return CHOICES.get(choice);
    }

    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Field field(RecordComponent component) {
        String name = component.getName();
        Slot slot = slot(component.getGenericType(), nullable(component), component);
        Doc doc = component.getAnnotation(Doc.class);
        Default absent = component.getAnnotation(Default.class);
        Name key = component.getAnnotation(Name.class);
        KeyedBy keyedBy = component.getAnnotation(KeyedBy.class);
        Role role = component.getType() == Position.class ? Role.POSITION
                : component.isAnnotationPresent(Rest.class) ? Role.REST
                : keyedBy != null ? Role.KEYED_BY : Role.KEY;
        String text = keyedBy != null ? keyedBy.value() : key != null ? key.value() : kebab(name);
        return new Field(role, name, text, slot, absent, doc == null ? "" : doc.value());
    }

    private static ShortForm shortForm(Method method) {
        Parameter parameter = method.getParameters()[0];
        return new ShortForm(method, slot(parameter.getParameterizedType(), false, parameter),
                method.getParameterCount() == 2, method.getAnnotation(Shorthand.class));
    }

    private static Slot slot(Type type, boolean nullable, AnnotatedElement element) {
        return new Slot(type, nullable, element.getAnnotation(Range.class), element.getAnnotation(OneOf.class),
                element.getAnnotation(Reference.class));
    }

    /** By its simple name: a plugin may use any of the annotations so called, if it is there at run time. */
    private static boolean nullable(RecordComponent component) {
        for (Annotation annotation : component.getAnnotatedType().getAnnotations()) {
            if (annotation.annotationType().getSimpleName().equals("Nullable")) {
                return true;
            }
        }
        return false;
    }
}
