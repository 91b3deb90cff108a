package dev.chainless.plugin.discoveryfile;

import dev.chainless.spi.Endpoint;
import dev.chainless.spi.config.HostPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A list while it is read, and what may be in it. */
final class EndpointList {
    private static final String KEYS = "address, weight, region, zone and priority";
    private static final int LONGEST_NAME = 100;

    /**
     * Where something is.
     *
     * @param line from 1
     * @param column from 1
     */
    record Place(int line, int column) {}

    private final Path file;
    private final int most;
    private final Map<String, Place> places = new HashMap<>();
    private final List<Endpoint> endpoints = new ArrayList<>();

    EndpointList(Path file, int most) {
        this.file = file;
        this.most = most;
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    ListException problem(Place place, String message) {
        return new ListException(file + ":" + place.line() + ":" + place.column() + ": " + message);
    }

    /** Takes an endpoint of which nothing but the address is said. */
    void add(String address, Place place) {
        add(new Entry(place).set("address", address, place));
    }

    /** Takes an endpoint. */
    void add(Entry entry) {
        HostPort address = entry.address;
        if (address == null) {
            throw problem(entry.place, "an endpoint needs an address: { address = \"10.0.0.1:8080\" }");
        }
        if (endpoints.size() == most) {
            throw problem(entry.place, "there are more than max-endpoints, which is " + most);
        }
        Place other = places.putIfAbsent(address.toString(), entry.place);
        if (other != null) {
            throw problem(entry.place, address + " is already in line " + other.line());
        }
        endpoints.add(new Endpoint(address.host(), address.port(), entry.weight, entry.region, entry.zone,
                entry.priority));
    }

    /** One endpoint while it is read. */
    final class Entry {
        private final Place place;
        private @Nullable HostPort address;
        private int weight = 1;
        private int priority;
        private String region = "";
        private String zone = "";

        Entry(Place place) {
            this.place = place;
        }

        /** Takes a value: a {@code String}, a {@code Long}, or anything else, which is refused. */
        Entry set(String key, @Nullable Object value, Place at) {
            switch (key) {
                case "address" -> address = address(value, at);
                case "weight" -> weight = number(key, value, 1, 1000, at);
                case "priority" -> priority = number(key, value, 0, 127, at);
                case "region" -> region = name(key, value, at);
                case "zone" -> zone = name(key, value, at);
                default -> throw problem(at, "\"" + shown(key) + "\" is not known; an endpoint has " + KEYS);
            }
            return this;
        }

        private HostPort address(@Nullable Object value, Place at) {
            if (!(value instanceof String text)) {
                throw problem(at, "address must be a text such as \"10.0.0.1:8080\"");
            }
            try {
                HostPort parsed = HostPort.parse(text);
                if (parsed.port() == 0) {
                    throw problem(at, "\"" + shown(text) + "\": the port must be 1 to 65535");
                }
                return parsed;
            } catch (IllegalArgumentException e) {
                throw problem(at, "\"" + shown(text) + "\": " + e.getMessage());
            }
        }

        private int number(String key, @Nullable Object value, int least, int largest, Place at) {
            if (!(value instanceof Long number) || number < least || number > largest) {
                throw problem(at, key + " must be a whole number from " + least + " to " + largest);
            }
            return number.intValue();
        }

        private String name(String key, @Nullable Object value, Place at) {
            if (!(value instanceof String text) || text.length() > LONGEST_NAME) {
                throw problem(at, key + " must be a text of up to " + LONGEST_NAME + " characters");
            }
            return text;
        }
    }

    private static String shown(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
