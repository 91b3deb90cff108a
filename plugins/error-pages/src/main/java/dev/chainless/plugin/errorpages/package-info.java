/**
 * Puts a page in the place of an error's body: of the gateway's own errors, and on demand of the upstream's.
 *
 * <p>The page is a text with values of the exchange in it, escaped in the way of its media type, so that a path with
 * markup in it stays text. A client whose {@code Accept} prefers JSON gets problem details (RFC 9457) instead: status,
 * title and the request's id, nothing of what went wrong inside.
 *
 * <p>Status and fields stay as they are, {@code Retry-After} and {@code WWW-Authenticate} for example, but for those
 * that describe the former body. An answer that the configuration itself gives to a route, a body and all, is no error
 * of the gateway and stays.
 */
package dev.chainless.plugin.errorpages;
