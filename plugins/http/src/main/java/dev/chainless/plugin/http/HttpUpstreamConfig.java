package dev.chainless.plugin.http;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.OneOf;
import dev.chainless.spi.config.Range;

/**
 * How the endpoints of a cluster are spoken to: the table {@code http} of a cluster.
 *
 * @param maxResponseHead status line, fields and the empty line together
 * @param maxFields the number of fields of a response or of its trailers
 * @param maxChunkLine the line before each chunk of a chunked body
 * @param maxInformational how many 1xx responses may come before the final one
 * @param sendProxyProtocol whether connections begin with a PROXY protocol header
 * @param version that is spoken
 * @param h2 how an HTTP/2 connection is used
 * @param h3 how an HTTP/3 connection is used
 */
public record HttpUpstreamConfig(
        @Doc("The most bytes of a response's head: status line, fields and the empty line. More fails the attempt.")
        @Default("64KiB") @Range(min = "1KiB", max = "1MiB") ByteSize maxResponseHead,
        @Doc("The most fields of a response's head, or of its trailers. More fails the attempt.")
        @Default("200") @Range(min = "1", max = "10000") int maxFields,
        @Doc("The most bytes of the line before each chunk of a chunked body, extensions included.")
        @Default("4KiB") @Range(min = "16B", max = "64KiB") ByteSize maxChunkLine,
        @Doc("The most informational (1xx) responses before the final one. More fails the attempt.")
        @Default("16") @Range(min = "0", max = "1000") int maxInformational,
        @Doc("Tell the endpoint the client's address by a PROXY protocol header. Each request then has a connection of "
                + "its own.")
        @Default("off") ProxyProtocol sendProxyProtocol,
        @Doc("The version that is spoken: 1.1; 2, which is offered alone in TLS (ALPN) and begun without asking in the clear; "
                + "3, which needs TLS; or auto: what the endpoint prefers of 1.1 and 2 over TLS, and 1.1 in the clear.")
        @Default("1.1") @OneOf({
                HttpListenerConfig.HTTP_1, HttpListenerConfig.HTTP_2, HttpListenerConfig.HTTP_3,
                HttpUpstreamConfig.AUTO}) String version,
        @Doc("How an HTTP/2 connection is used.") Http2UpstreamConfig h2,
        @Doc("How an HTTP/3 connection is used.") Http3UpstreamConfig h3) {

    static final String AUTO = "auto";

    /** Refuses what cannot go together. */
    public HttpUpstreamConfig {
        if (!version.equals(HttpListenerConfig.HTTP_1) && sendProxyProtocol != ProxyProtocol.OFF) {
            throw new IllegalArgumentException(
                    "send-proxy-protocol names one client for a connection, but with version = \""
                            + version + "\" many may share one: leave one of them out");
        }
    }

    HeadLimits limits() {
        int head = Math.toIntExact(maxResponseHead.bytes());
        return new HeadLimits(head, maxFields, head);
    }

    /** The version of the PROXY protocol header. */
    public enum ProxyProtocol {
        /** None is sent. */
        @Doc("none is sent")
        OFF,
        /** The text form. */
        @Doc("the text form")
        V1,
        /** The binary form. */
        @Doc("the binary form")
        V2
    }
}
