package dev.chainless.plugin.http;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.config.OneOf;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a listener speaks HTTP: the table {@code http} of a listener.
 *
 * @param maxRequestHead start line, fields and the empty line together
 * @param maxFields the number of fields of a request or of its trailers
 * @param maxTarget path and query
 * @param maxChunkLine the line before each chunk of a chunked body
 * @param maxPipelined what may have come for later requests before reading stops
 * @param maxRequestsPerConnection then the connection is closed; 0 for no limit
 * @param headTimeout from a connection's or head's first byte to the head's last
 * @param keepAlive how long a connection may wait for its next request
 * @param bodyTimeout without a byte of a request's body that is wanted
 * @param writeTimeout without the client taking a byte of what is written to it
 * @param lingerBytes how much is read and thrown away of a request that was answered before it had come whole
 * @param lingerTimeout how long, likewise
 * @param trustedHops whose word about the client is taken
 * @param clientAddress where trusted hops say it
 * @param xForwarded whether upstreams are told by {@code X-Forwarded-For}, {@code -Proto} and {@code -Host}
 * @param forwarded whether upstreams are told by {@code Forwarded}
 * @param via this gateway's name in {@code Via}, empty for no such field
 * @param requestId how requests are numbered
 * @param trace what is done about {@code traceparent}
 * @param proxyProtocol hops that begin each connection with a PROXY protocol header
 * @param server what each response says in {@code Server}
 * @param versions that are spoken
 * @param h2 bounds of HTTP/2
 * @param h3 the table {@code http.h3}
 */
public record HttpListenerConfig(
        @Doc("The most bytes of a request's head: start line, fields and the empty line. More is answered with 431.")
        @Default("32KiB") @Range(min = "1KiB", max = "1MiB") ByteSize maxRequestHead,
        @Doc("The most fields of a request's head, or of its trailers. More is answered with 431.")
        @Default("100") @Range(min = "1", max = "10000") int maxFields,
        @Doc("The most bytes of path and query together. More is answered with 414.")
        @Default("8KiB") @Range(min = "16B", max = "1MiB") ByteSize maxTarget,
        @Doc("The most bytes of the line before each chunk of a chunked body, extensions included.")
        @Default("4KiB") @Range(min = "16B", max = "64KiB") ByteSize maxChunkLine,
        @Doc("How many bytes a client may send ahead, for requests whose turn has not come, before reading stops.")
        @Default("64KiB") @Range(min = "1KiB", max = "16MiB") ByteSize maxPipelined,
        @Doc("Close a connection after so many requests. 0: never for this reason.")
        @Default("0") @Range(min = "0", max = "1000000000") int maxRequestsPerConnection,
        @Doc("How long a request's head may take, and the first one from the moment of the connection.")
        @Default("10s") @Range(min = "100ms", max = "1h") Duration headTimeout,
        @Doc("How long a connection may be idle between two requests.")
        @Default("60s") @Range(min = "100ms", max = "24h") Duration keepAlive,
        @Doc("How long a request's body may make no progress while the gateway waits for it.")
        @Default("30s") @Range(min = "100ms", max = "24h") Duration bodyTimeout,
        @Doc("How long a client may take nothing of what is written to it.")
        @Default("30s") @Range(min = "100ms", max = "24h") Duration writeTimeout,
        @Doc("How much is still read, and thrown away, of a request that was answered early, so that the client sees "
                + "the answer.")
        @Default("64KiB") @Range(max = "16MiB") ByteSize lingerBytes,
        @Doc("How long such a rest is waited for.")
        @Default("1s") @Range(min = "10ms", max = "1m") Duration lingerTimeout,
        @Doc("Proxies in front of this listener whose word about the client is taken: X-Forwarded-*, Forwarded, the "
                + "request id. From anyone else these fields are removed.")
        List<IpPrefix> trustedHops,
        @Doc("The field by which trusted hops say the client's address.")
        @Default("x-forwarded-for") ForwardedFor.Source clientAddress,
        @Doc("Tell upstreams X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host.")
        @Default("true") boolean xForwarded,
        @Doc("Tell upstreams the same by Forwarded, RFC 7239.")
        @Default("false") boolean forwarded,
        @Doc("The name of this gateway in the field Via of requests. Empty: no such field.")
        @Default("chainless") String via,
        @Doc("The id that each request gets.") RequestIdConfig requestId,
        @Doc("What is done about the W3C trace context.") @Default("pass") Trace trace,
        @Doc("Hops that begin each connection with a PROXY protocol header, version 1 or 2. They must; nobody else may.")
        List<IpPrefix> proxyProtocol,
        @Doc("What each response says in the field Server. Absent: what the upstream says.")
        Optional<String> server,
        @Doc("The versions that are spoken: 1.1 (with 1.0) and 2, by agreement in TLS (ALPN) or, in the clear, by what the "
                + "client begins with; 3 over QUIC, on the same port by UDP, which needs TLS.")
        @Default("[\"1.1\", \"2\"]") @OneOf({
                HttpListenerConfig.HTTP_1, HttpListenerConfig.HTTP_2, HttpListenerConfig.HTTP_3}) List<String> versions,
        @Doc("What a client may do on one HTTP/2 connection.") Http2Config h2,
        @Doc("What a client may do on one HTTP/3 connection, and how others learn of HTTP/3.") Http3Config h3) {

    static final String HTTP_1 = "1.1";
    static final String HTTP_2 = "2";
    static final String HTTP_3 = "3";

    /** Refuses limits that contradict each other and text that cannot be sent. */
    public HttpListenerConfig {
        if (maxTarget.bytes() > maxRequestHead.bytes()) {
            throw new IllegalArgumentException("max-target = \"" + maxTarget + "\" is more than max-request-head = \""
                    + maxRequestHead + "\", of which it is a part");
        }
        if (!via.isEmpty()) {
            FieldName.of(via.replace(":", ""));
        }
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("versions = [] leaves nothing to speak: name \"1.1\", \"2\" or both");
        }
        if (versions.equals(List.of(HTTP_3))) {
            throw new IllegalArgumentException(
                    "versions = [\"3\"] leaves TCP without a protocol, and with it all clients "
                            + "that cannot send UDP: name \"1.1\" or \"2\" too");
        }
        server.ifPresent(text -> FieldLine.of(FieldName.SERVER, text));
    }

    HeadLimits limits() {
        return new HeadLimits(Math.toIntExact(maxRequestHead.bytes()), maxFields, Math.toIntExact(maxTarget.bytes()));
    }

    /** What is done about the field {@code traceparent}. */
    public enum Trace {
        /** What the client sends is passed on. */
        @Doc("what the client sends is passed on")
        PASS,
        /** Likewise, and a trace is begun where it sends none that is valid. */
        @Doc("likewise, and a trace is begun where the client sends none that is valid")
        BEGIN
    }

    /**
     * How requests are numbered.
     *
     * @param field the name of the field, empty for no ids
     * @param echo whether the response tells the client
     */
    public record RequestIdConfig(
            @Doc("The field that tells upstreams the id. A trusted hop's id is kept. Empty: requests get no id.")
            @Default("x-request-id") String field,
            @Doc("Tell the client the id in the response, by the same field.")
            @Default("false") boolean echo) {

        /** Refuses what is no field name. */
        public RequestIdConfig {
            if (!field.isEmpty()) {
                FieldName.of(field);
            }
        }
    }
}
