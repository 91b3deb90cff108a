/**
 * The protocol plugin {@code http}: HTTP/1.0, 1.1, 2 and 3, towards clients and towards endpoints.
 *
 * <p>The host owns sockets, pools, routes and stages. This module owns what stands on the wire: it turns bytes into heads
 * and bodies and back, and decides how long a connection lives.
 *
 * <h2>The way of a request</h2>
 *
 * <pre>
 * client's socket -> Http1Connection -> HeadParser -> Forwarding -> HttpIngress ... the host: route, stages, pool
 *                                   \-> BodyReader -> ChunkDecoder                     |
 *                                                                                      v
 * endpoint's socket <- MessageOutput <- HeadWriter <- Http1UpstreamConnection <- UpstreamConnection
 * </pre>
 *
 * <p>and back likewise: {@code Http1UpstreamConnection} reads by the same parser and body reader, {@code Http1Connection}
 * writes by the same output and head writer. Each is the only handler of its channel; there is no pipeline of codecs
 * between them and the socket. {@code ListenerCodec} and {@code Http1Upstream} hold what the connections of a listener or
 * cluster share, by event loop in {@code LoopState}.
 *
 * <h2>HTTP/2</h2>
 *
 * <p>Every client's connection begins as an {@code Http1Connection}, which hands over to an {@code Http2Connection} where
 * ALPN or the first bytes say so. Towards endpoints {@code Http2Upstream} makes {@code Http2UpstreamConnection}s;
 * {@code NegotiatedUpstream} lets the endpoint choose.
 *
 * <pre>
 * socket -> FrameReader -> FramedConnection -> HpackDecoder -> FieldSection -> Head
 *                   |             |   ControlFrames: settings, windows, resets ...
 *                   |             v
 *                   \-> data -> Http2Stream <-> the host, or Http2UpstreamStream <-> UpstreamPlace <-> the host
 *                                 |
 * socket <- FrameWriter <- DataSender (windows, StreamQueue: whose turn it is) and HpackEncoder
 * </pre>
 *
 * <p>{@code FramedConnection} is what is the same towards both sides; a subclass for each knows whose streams they are. A
 * stream is the downstream of an exchange, or, towards endpoints, belongs to an {@code UpstreamPlace}, which the host takes for
 * a connection of its own, and which knows what a response means whatever version it came by.
 * {@code FieldSection} gives heads of HTTP/2 the meaning that {@code HeadParser} gives those of HTTP/1.1, and refuses the
 * same. {@code FloodGuard} ends connections that make work for nothing.
 *
 * <h2>HTTP/3</h2>
 *
 * <p>QUIC is the host's: it gives the codec a connection, on which each stream is a channel of its own.
 *
 * <pre>
 * a request's stream -> Http3FrameReader -> QpackDecoder -> FieldSection -> Head
 *                              \-> data -> Http3Stream <-> the host, or Http3UpstreamStream <-> UpstreamPlace <-> the host
 * a request's stream <- StreamOutput <- QpackEncoder
 * one-way streams    -> OneWayStream: settings, priorities, what QPACK says
 * </pre>
 *
 * <p>{@code QuicConnection} is what the streams of a connection share, and {@code QuicStream} what is the same of a stream towards
 * both sides; {@code Http3Connection} and {@code Http3UpstreamConnection} know whose streams they are. Windows and whose turn it is are QUIC's. QPACK refers to its
 * static table alone, so that a head depends on no other stream; {@code FieldSection} is the same as for HTTP/2.
 *
 * <h2>What makes it fast</h2>
 *
 * <ul>
 * <li>One read and one write for a message and a side. {@code MessageOutput} serialises head and small body to one
 *     buffer; larger pieces follow by reference in the same gathering write.
 * <li>Nothing is allocated for a request on the usual way. The loop's output buffer is used again as soon as the write
 *     before has released it, the read buffer (the host's) as soon as its bytes were handed on. Therefore bytes that must
 *     wait are copied to a buffer of their size.
 * <li>No system call and no timer for a request: reading is only stopped under pressure, and {@code ConnectionTimer} has
 *     one lazy deadline for all limits of a connection.
 * <li>The fields that tell the upstream who asks are prepared for each connection, and copied for each request.
 * </ul>
 *
 * <h2>What makes it safe</h2>
 *
 * <ul>
 * <li>Requests are parsed one at a time, the next one when the response before has ended; what comes ahead is bounded.
 * <li>Framing is never guessed: {@code HeadParser} refuses what two readers could understand differently (RFC 9112, section
 *     6.3). After a refusal not one more byte of the connection is parsed.
 * <li>A connection to an endpoint is used again only when request and response were whole, and nothing more came.
 * <li>A response is never cut off by our own close: {@code Http1Connection} closes in two steps where the client may
 *     still be sending (RFC 9112, section 9.6). Where a response cannot be finished, the client is made to notice.
 * <li>Each wait has a limit: for the head, between requests, for the body, and for a client that does not read.
 * </ul>
 */
package dev.chainless.plugin.http;
