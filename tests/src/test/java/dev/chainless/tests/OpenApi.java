package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The description of the admin API, and whether an answer is as it says: no property more or less, each of its type. */
final class OpenApi {
    private final Map<?, ?> document;

    OpenApi(String json) {
        document = (Map<?, ?>) Json.parse(json);
        assertEquals("3.1.0", document.get("openapi"));
    }

    /** {@return the paths by name} */
    Map<?, ?> paths() {
        return (Map<?, ?>) document.get("paths");
    }

    /** {@return whether an answer of this status has a body in JSON, which is then checked} */
    boolean check(String path, String method, int status, String contentType, String body) {
        Map<?, ?> operation = (Map<?, ?>) ((Map<?, ?>) paths().get(path)).get(method);
        Map<?, ?> responses = (Map<?, ?>) operation.get("responses");
        Object response = responses.get(String.valueOf(status));
        assertTrue(response != null, () -> method + " " + path + " is not said to answer " + status);
        Map<?, ?> content = (Map<?, ?>) ((Map<?, ?>) response).get("content");
        String type = contentType.replaceFirst(";.*", "");
        assertTrue(content.containsKey(type),
                () -> method + " " + path + " is not said to answer " + status + " as " + type);
        if (type.equals("application/json")) {
            check(path, ((Map<?, ?>) content.get(type)).get("schema"), Json.parse(body));
            return true;
        }
        return false;
    }

    private void check(String at, Object schemaOrReference, Object value) {
        Map<?, ?> schema = (Map<?, ?>) schemaOrReference;
        if (schema.get("$ref") instanceof String reference) {
            Map<?, ?> schemas = (Map<?, ?>) ((Map<?, ?>) document.get("components")).get("schemas");
            Object meant = schemas.get(reference.replace("#/components/schemas/", ""));
            assertTrue(meant != null, () -> "nothing is described as " + reference);
            check(at, meant, value);
            return;
        }
        boolean typed = switch (String.valueOf(schema.get("type"))) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "integer" -> value instanceof Long;
            case "boolean" -> value instanceof Boolean;
            default -> false;
        };
        assertTrue(typed, () -> at + " is no " + schema.get("type") + ": " + value);
        if (schema.get("enum") instanceof List<?> allowed) {
            assertTrue(allowed.contains(value), () -> at + " is " + value);
        }
        if ("date-time".equals(schema.get("format"))) {
            assertTrue(value.toString().matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), () -> at + " is " + value);
        }
        if (value instanceof List<?> list) {
            for (Object element : list) {
                check(at + "[]", schema.get("items"), element);
            }
        }
        if (value instanceof Map<?, ?> object && schema.get("properties") instanceof Map<?, ?> properties) {
            Set<Object> unknown = new TreeSet<>(object.keySet());
            unknown.removeAll(properties.keySet());
            assertEquals(Set.of(), unknown, at + " has what is not described");
            Set<Object> missing = new TreeSet<>((List<?>) schema.get("required"));
            missing.removeAll(object.keySet());
            assertEquals(Set.of(), missing, at + " lacks what is described");
            object.forEach((key, inner) -> check(at + "." + key, properties.get(key), inner));
        }
    }
}
