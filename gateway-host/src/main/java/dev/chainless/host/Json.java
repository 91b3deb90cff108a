package dev.chainless.host;

import dev.chainless.config.HostPattern;
import dev.chainless.config.NamedStage;
import dev.chainless.config.PathPattern;
import dev.chainless.config.Position;
import dev.chainless.config.RawTable;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Durations;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.config.Rate;
import dev.chainless.spi.config.Shorthand;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * Writes rows and configurations as JSON. A record is an object whose keys are spelt as in the TOML; positions in
 * files are left out, and so is the text under any key that sounds like a secret: they belong into files, but nothing
 * keeps an operator from writing one into a table of settings.
 */
final class Json {
    private static final Pattern SECRET = Pattern.compile(
            ".*(secret|passw|passphrase|token|credential|api-?key|private-?key|authorization).*",
            Pattern.CASE_INSENSITIVE);
    private static final String HIDDEN = "(hidden)";

    private final JsonGenerator out;

    private Json(JsonGenerator out) {
        this.out = out;
    }

    /**
     * {@return a value as indented JSON}
     *
     * @param value a record, list, map or value type
     */
    static String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(new Indented(), text)) {
            new Json(out).value(value);
        }
        return text.append('\n').toString();
    }

    private void value(Object value) {
        switch (value) {
            case HostPort _,ByteSize _,Rate _,IpPrefix _,HostPattern _,PathPattern _ ->
                out.writeString(value.toString());
            case NamedStage stage -> out.writeString(stage.name());
            case Duration duration -> out.writeString(Durations.format(duration));
            case RawTable table -> map(table.values());
            case Enum<?> constant -> out.writeString(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            case Map<?, ?> map -> map(map);
            case Iterable<?> list when !(value instanceof java.nio.file.Path) -> {
                out.writeStartArray();
                list.forEach(this::value);
                out.writeEndArray();
            }
            case Record object when isText(object.getClass()) -> out.writeString(object.toString());
            case Record object -> object(object);
            case Boolean truth -> out.writeBoolean(truth);
            case Double number -> out.writeNumber(number);
            case Number number -> out.writeNumber(number.longValue());
            default -> out.writeString(value.toString());
        }
    }

    /** {@return whether the TOML knows it as a text alone} */
    private static boolean isText(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).map(method -> method.getAnnotation(Shorthand.class))
                .anyMatch(shorthand -> shorthand != null && shorthand.only());
    }

    private void map(Map<?, ?> map) {
        out.writeStartObject();
        map.forEach((key, value) -> property(String.valueOf(key), value));
        out.writeEndObject();
    }

    private void object(Record object) {
        out.writeStartObject();
        for (RecordComponent component : object.getClass().getRecordComponents()) {
            try {
                property(kebab(component.getName()), component.getAccessor().invoke(object));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a record hides its " + component.getName(), e);
            }
        }
        out.writeEndObject();
    }

    private void property(String key, Object value) {
        Object present = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        if (present == null || present instanceof Position) {
            return;
        }
        out.writeName(key);
        if (present instanceof String text && isSecret(key, text)) {
            out.writeString(HIDDEN);
        } else {
            value(present);
        }
    }

    /** A cookie's name is none, its value is. */
    private static boolean isSecret(String key, String text) {
        return (SECRET.matcher(key).matches() && !key.endsWith("-file"))
                || (key.toLowerCase(Locale.ROOT).contains("cookie") && text.indexOf('=') >= 0);
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static final class Indented extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }
}
