/**
 * Cross-origin resource sharing, the protocol of the Fetch standard (section 3.2): which origins' scripts may send what
 * and read the responses.
 *
 * <p>The gateway answers preflights itself, so that they never reach an upstream or an authenticator that comes after
 * this stage: a browser sends them without credentials. On other responses the stage says whether the request's origin
 * may read them. It is the one that decides: what the upstream said about origins is removed.
 *
 * <p>Where the answer depends on the origin, every response says {@code Vary: Origin}, that to a request without an
 * origin too: else a cache could serve what was meant for one origin to another.
 *
 * <p>Origins are compared byte by byte, as browsers serialise them: scheme and host in lower case, no default port, no
 * path. An entry that no browser would ever send is refused when the configuration is loaded.
 */
package dev.chainless.plugin.cors;
