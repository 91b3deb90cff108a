/**
 * Computes the digest of a response's content as it passes and sends it in the trailers: {@code Content-Digest:
 * sha-256=:…:} (RFC 9530, section 2).
 *
 * <p>It can only be known at the end, so that it is a trailer, and so that a response whose length was known becomes
 * one without {@code Content-Length}. That has a price for whoever does not look: only a client that can use the digest
 * gets it, one that said {@code TE: trailers} (RFC 9110, section 10.1.4) or asked by {@code Want-Content-Digest}. For
 * all other exchanges the stage is left out and the body passes by.
 *
 * <p>The stages of a body run in reverse order of the route: list this one before those that change the body, so that
 * it sees what the client gets.
 */
package dev.chainless.plugin.digest;
