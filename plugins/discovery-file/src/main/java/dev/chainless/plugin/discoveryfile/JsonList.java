package dev.chainless.plugin.discoveryfile;

import dev.chainless.plugin.discoveryfile.EndpointList.Place;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads a list of JSON: an array, or an object whose {@code endpoints} is one. */
final class JsonList {
    private static final String FORM = "the file is a list such as [\"10.0.0.1:8080\"], or { \"endpoints\": […] }";

    private final JsonParser json;
    private final EndpointList list;

    private JsonList(JsonParser json, EndpointList list) {
        this.json = json;
        this.list = list;
    }

    static void read(String text, EndpointList list) {
        JsonFactory factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        try (JsonParser json = factory.createParser(ObjectReadContext.empty(), text)) {
            new JsonList(json, list).readAll();
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            Place place = at == null ? new Place(1, 1) : place(at);
            throw list.problem(place, e.getOriginalMessage().lines().findFirst().orElse("this is no JSON"));
        }
    }

    private void readAll() {
        JsonToken first = json.nextToken();
        if (first == JsonToken.START_OBJECT) {
            if (!"endpoints".equals(json.nextName())) {
                throw list.problem(place(), FORM);
            }
            first = json.nextToken();
            readArray(first);
            if (json.nextToken() != JsonToken.END_OBJECT) {
                throw list.problem(place(), FORM);
            }
        } else {
            readArray(first);
        }
        if (json.nextToken() != null) {
            throw list.problem(place(), "nothing may come after the list");
        }
    }

    private void readArray(@Nullable JsonToken first) {
        if (first != JsonToken.START_ARRAY) {
            throw list.problem(first == null ? new Place(1, 1) : place(), FORM);
        }
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                list.add(json.getString(), place());
            } else if (token == JsonToken.START_OBJECT) {
                readEntry();
            } else {
                throw list.problem(place(), "an endpoint is a text or an object");
            }
        }
    }

    private void readEntry() {
        var entry = list.new Entry(place());
        for (String key = json.nextName(); key != null; key = json.nextName()) {
            Place place = place();
            entry.set(key, value(json.nextToken()), place);
        }
        list.add(entry);
    }

    /** {@return a text or a number that fits, null for everything else} */
    private @Nullable Object value(JsonToken token) {
        return switch (token) {
            case VALUE_STRING -> json.getString();
            case VALUE_NUMBER_INT -> json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? null
                    : (Object) json.getLongValue();
            default -> null; // which is refused, so that nothing of it has to be skipped
        };
    }

    private Place place() {
        return place(json.currentTokenLocation());
    }

    private static Place place(TokenStreamLocation location) {
        return new Place(location.getLineNr(), location.getColumnNr());
    }
}
