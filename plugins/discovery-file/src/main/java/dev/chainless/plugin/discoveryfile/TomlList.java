package dev.chainless.plugin.discoveryfile;

import dev.chainless.plugin.discoveryfile.EndpointList.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads a list of TOML: {@code endpoints = […]}. */
final class TomlList {
    private TomlList() {}

    static void read(String text, EndpointList list) {
        TomlParseResult file;
        try {
            file = Toml.parse(text);
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            // tomlj 2.2.0 stumbles over some text that is no TOML, instead of saying where it is wrong.
            throw list.problem(new Place(1, 1), "this is no TOML that can be read: " + e.getMessage());
        }
        if (file.hasErrors()) {
            TomlParseError first = file.errors().getFirst();
            throw list.problem(place(first.position()), String.valueOf(first.getMessage()));
        }
        for (String key : file.keySet()) {
            if (!key.equals("endpoints")) {
                throw list.problem(place(file.inputPositionOf(List.of(key))),
                        "\"" + key + "\" is not known; the file has endpoints = [\"10.0.0.1:8080\"]");
            }
        }
        if (!(file.get("endpoints") instanceof TomlArray endpoints)) {
            throw list.problem(place(file.inputPositionOf("endpoints")),
                    "the file must have a list of endpoints: endpoints = [\"10.0.0.1:8080\"]; none: endpoints = []");
        }
        for (int i = 0; i < endpoints.size(); i++) {
            Place place = place(endpoints.inputPositionOf(i));
            switch (endpoints.get(i)) {
                case String address -> list.add(address, place);
                case TomlTable table -> {
                    var entry = list.new Entry(place);
                    for (String key : table.keySet()) {
                        List<String> path = List.of(key);
                        entry.set(key, table.get(path), place(table.inputPositionOf(path)));
                    }
                    list.add(entry);
                }
                default -> throw list.problem(place, "an endpoint is a text or a table");
            }
        }
    }

    private static Place place(@Nullable TomlPosition position) {
        return position == null ? new Place(1, 1) : new Place(position.line(), position.column());
    }
}
