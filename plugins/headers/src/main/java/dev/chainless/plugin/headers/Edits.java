package dev.chainless.plugin.headers;

import dev.chainless.spi.config.Doc;
import dev.chainless.spi.http.FieldName;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The edits of one head.
 *
 * @param remove names of fields to remove
 * @param set fields to have once, by name
 * @param add fields to append, by name
 */
record Edits(
        @Doc("The names of fields to remove.") List<String> remove,
        @Doc("Fields to set: what there is under their names is replaced.") Map<String, FieldText> set,
        @Doc("Fields to add to what there is; a list adds a field for each element.")
        Map<String, List<FieldText>> add) {

    /** Fields that frame a message or belong to one connection (RFC 9110, section 7.6.1; RFC 9112, section 6). */
    private static final Set<String> CODEC = Set.of("connection", "content-length", "expect", "http2-settings",
            "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade");

    /** Refuses names that are none, that are the codec's, and that are set twice. */
    Edits {
        remove = List.copyOf(remove);
        set = Collections.unmodifiableMap(new LinkedHashMap<>(set));
        add = Collections.unmodifiableMap(new LinkedHashMap<>(add));
        check("remove", remove);
        check("set", set.keySet());
        check("add", add.keySet());
    }

    boolean isEmpty() {
        return remove.isEmpty() && set.isEmpty() && add.isEmpty();
    }

    private static void check(String key, Collection<String> names) {
        var seen = new HashSet<FieldName>();
        for (String name : names) {
            FieldName field = FieldName.of(name);
            if (CODEC.contains(field.toString())) {
                throw new IllegalArgumentException("\"" + name + "\" in \"" + key + "\" belongs to the connection or"
                        + " the framing of the message, which the gateway itself looks after");
            }
            if (field.equals(FieldName.HOST)) {
                throw new IllegalArgumentException("\"" + name + "\" in \"" + key + "\" cannot be edited here;"
                        + " use the route's rewrite to send another host to the upstream");
            }
            if (!seen.add(field)) {
                throw new IllegalArgumentException("\"" + name + "\" is named twice in \"" + key + "\"");
            }
        }
    }
}
