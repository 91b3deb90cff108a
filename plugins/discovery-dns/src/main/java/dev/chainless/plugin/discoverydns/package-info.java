/**
 * Finds the endpoints of a cluster by DNS: each address of a name with a port of the configuration, or the targets
 * of an SRV record with ports, weights and priorities of their own.
 *
 * <p>Each discovery has one thread of work ({@code DnsDiscovery}), a virtual one that the host ends with it. It asks what is
 * due, makes the list of endpoints, tells it if it has changed, and sleeps until something is due again; so an exchange
 * never waits for a name. What is known of each question is kept in {@code Known}: data of the last good answer, when it is to
 * be asked again, and how long the data may be used while no answer comes. A change of an answer thus is a
 * change of the list, and the host keeps the connections of the endpoints that stayed.
 *
 * <p>{@code NameServers} asks one question: by UDP from a fresh port each time, by TCP if the answer was truncated, of one
 * name server after the other until one has an answer. The messages are Netty's, which takes only an answer from the
 * asked address, with the id and the question that were sent; all its sockets are on one small loop of this plugin,
 * shared by its discoveries, so that no event loop of the gateway has work of this. Aliases are followed within the answer and
 * beyond it, 16 at most.
 *
 * <p>What is no answer costs nothing but freshness. SERVFAIL, REFUSED, a time-out, an answer that makes no sense: the
 * former data stays, for {@code max-stale} or for ever. NXDOMAIN and empty answers are definite, but an operator's
 * slip or a registry that restarts says just the same, and would empty a cluster at once: so what was there goes only once that
 * was answered {@code confirmations} times in a row.
 */
package dev.chainless.plugin.discoverydns;
