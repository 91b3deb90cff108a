/**
 * Stages, exchanges and heads of HTTP, in any of its versions.
 *
 * <p>An {@link dev.chainless.spi.http.Exchange} is a client's request with its response; an
 * {@link dev.chainless.spi.http.Attempt} is one try of it at one endpoint; a {@link dev.chainless.spi.http.Head} is start
 * line and fields of a message in one block of bytes.
 *
 * <p>The second half of the package is for authors of codecs: {@link dev.chainless.spi.http.HttpListener} and
 * {@link dev.chainless.spi.http.HttpDownstream} face the client, {@link dev.chainless.spi.http.HttpUpstream} and
 * {@link dev.chainless.spi.http.UpstreamConnection} the endpoints, and the host stands between them as
 * {@link dev.chainless.spi.http.HttpIngress} and {@link dev.chainless.spi.http.HttpEgress}.
 */
package dev.chainless.spi.http;
