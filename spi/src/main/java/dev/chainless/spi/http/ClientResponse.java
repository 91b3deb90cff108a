package dev.chainless.spi.http;

import java.util.List;
import java.util.Optional;

/**
 * A response to a plugin's own request.
 *
 * @param status 200 to 599
 * @param fields of its head
 * @param body whole
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ClientResponse(int status, List<FieldLine> fields, byte[] body) {

    /** Keeps a copy of the list of fields. */
    public ClientResponse {
        fields = List.copyOf(fields);
    }

    /**
     * {@return the value of the first field of that name}
     *
     * @param name the name
     */
    public Optional<String> field(FieldName name) {
        return fields.stream().filter(field -> field.name().equals(name)).map(FieldLine::value).findFirst();
    }
}
