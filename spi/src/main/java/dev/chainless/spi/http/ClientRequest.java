package dev.chainless.spi.http;

import java.util.List;

/**
 * A request of a plugin's own.
 *
 * @param method a token
 * @param authority host and port for {@code Host}
 * @param target path and query
 * @param fields what else the head has
 * @param body may be empty; not changed while the request runs
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ClientRequest(String method, String authority, String target, List<FieldLine> fields, byte[] body) {

    /** Keeps a copy of the list of fields. */
    public ClientRequest {
        fields = List.copyOf(fields);
    }

    /**
     * {@return a GET without fields}
     *
     * @param authority host and port for {@code Host}
     * @param target path and query
     */
    public static ClientRequest get(String authority, String target) {
        return new ClientRequest("GET", authority, target, List.of(), new byte[0]);
    }
}
