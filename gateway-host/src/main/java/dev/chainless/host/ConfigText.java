package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** A configuration with all its defaults as TOML, and what two of them differ in. What sounds like a secret is hidden in both. */
final class ConfigText {
    private static final int MOST_CHANGES = 1000;

    private final StringBuilder out = new StringBuilder();

    private ConfigText() {}

    /** {@return a configuration in TOML} */
    static String toml(GatewayConfig config) {
        var text = new ConfigText();
        text.table("", tree(config));
        return text.out.toString();
    }

    /** {@return what a file says that is not in effect} */
    static AdminView.DiffRow diff(GatewayConfig running, GatewayConfig file) {
        Map<String, String> before = new TreeMap<>();
        leaves("", tree(running), before);
        Map<String, String> after = new TreeMap<>();
        leaves("", tree(file), after);
        List<AdminView.ChangeRow> changes = new ArrayList<>();
        Map<String, String> all = new TreeMap<>(before);
        all.putAll(after);
        all.keySet().stream().filter(key -> !Objects.equals(before.get(key), after.get(key)))
                .forEach(key -> changes.add(new AdminView.ChangeRow(key, Optional.ofNullable(before.get(key)),
                        Optional.ofNullable(after.get(key)))));
        return new AdminView.DiffRow(changes.size(), changes.stream().limit(MOST_CHANGES).toList(),
                Reloader.fixed(running, file));
    }

    private static void leaves(String path, Object value, Map<String, String> into) {
        switch (value) {
            case Map<?, ?> map when !map.isEmpty() -> map.forEach((key, inner) -> leaves(
                    path.isEmpty() ? key(key) : path + "." + key(key), inner, into));
            case List<?> list when path.equals("routes") -> {
                List<String> order = new ArrayList<>();
                for (Object element : list) {
                    Map<?, ?> route = (Map<?, ?>) element;
                    Object name = Objects.requireNonNull(route.get("name"));
                    order.add(String.valueOf(name));
                    leaves(path + "." + key(name), route, into);
                }
                into.put("routes (order)", inline(order));
            }
            default -> into.put(path, inline(value));
        }
    }

    private static Map<String, Object> tree(GatewayConfig config) {
        try (JsonParser parser =
                JsonFactory.builder().build().createParser(ObjectReadContext.empty(), Json.write(config))) {
            parser.nextToken();
            return map(parser);
        }
    }

    private static Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> map(parser);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> token == JsonToken.VALUE_TRUE;
        };
    }

    private static Map<String, Object> map(JsonParser parser) {
        Map<String, Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            map.put(name, value(parser));
        }
        return asWritten(map);
    }

    /** The settings of a plugin are beside its name, or under the name of the protocol. */
    private static Map<String, Object> asWritten(Map<String, Object> map) {
        if (map.get("settings") instanceof Map<?, ?> settings) {
            if (map.get("protocol") instanceof String protocol) {
                map.remove("settings");
                if (!settings.isEmpty()) {
                    map.put(protocol, settings);
                }
            } else if (map.containsKey("use")) {
                map.remove("settings");
                settings.forEach((key, value) -> map.putIfAbsent((String) key, value));
            }
        }
        return map;
    }

    private void table(String path, Map<?, ?> map) {
        map.forEach((key, value) -> {
            if (!(value instanceof Map) && !(path.isEmpty() && key.equals("routes"))) {
                out.append(key(key)).append(" = ").append(inline(value)).append('\n');
            }
        });
        map.forEach((key, value) -> {
            String inner = path.isEmpty() ? key(key) : path + "." + key(key);
            if (value instanceof Map<?, ?> below) {
                out.append("\n[").append(inner).append("]\n");
                table(inner, below);
            } else if (path.isEmpty() && key.equals("routes") && value instanceof List<?> routes) {
                for (Object route : routes) {
                    out.append("\n[[routes]]\n");
                    table(inner, (Map<?, ?>) route);
                }
            }
        });
    }

    private static String key(Object key) {
        String name = String.valueOf(key);
        return name.matches("[A-Za-z0-9_-]+") ? name : quoted(name);
    }

    private static String inline(Object value) {
        return switch (value) {
            case String text -> quoted(text);
            case List<?> list -> "[" + String.join(", ", list.stream().map(ConfigText::inline).toList()) + "]";
            case Map<?, ?> map -> map.isEmpty() ? "{}" : "{ " + String.join(", ", map.entrySet().stream()
                    .map(entry -> key(entry.getKey()) + " = " + inline(entry.getValue())).toList()) + " }";
            default -> String.valueOf(value);
        };
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append((char) c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        quoted.append(String.format("\\u%04x", c));
                    } else {
                        quoted.append((char) c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
