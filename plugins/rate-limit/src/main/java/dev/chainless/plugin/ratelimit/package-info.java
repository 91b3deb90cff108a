/**
 * Limits how many requests a key may send: a client's address, the value of a field, a claim, or all of a route.
 *
 * <p><b>The algorithm</b> is GCRA, the generic cell rate algorithm, a leaky bucket that needs one number per key: the
 * moment at which the key will have paid for all that it was admitted so far (its <i>theoretical arrival time</i>). A
 * request moves that moment one interval (the period of the rate by its count) ahead of itself or of now, whichever is
 * later, and is admitted if the moment was not more than {@code burst - 1} intervals ahead of now. So within any time a
 * key gets no more than {@code burst + rate * time} through, and there is no window at whose edge twice as much passes.
 * The moment moves by one compare-and-set: the bound holds however many loops decide at once.
 *
 * <p><b>The memory</b> is a table of sets of 16 keys, each a hash of 64 bits and its moment. The set follows from the
 * hash; a set is made when the first key falls into it. A key that is at rest (its moment has passed) is as good as one
 * that was never seen, so that its place is free to take. When none of a full set is at rest, the key whose moment
 * comes first is forgotten, which is the one that was limited least; a metric counts these. A client that floods the
 * table with keys thereby cannot push out one that is over its limit before those that are not. Hashes are keyed by a
 * secret of the process: who may choose keys cannot choose where they fall. Addresses, at most 64 bits of them, are
 * scrambled one to one and never collide; longer keys do so once in 2<sup>64</sup>.
 *
 * <p><b>The fast path</b>, a known key, neither locks nor allocates. Addresses are turned into keys by way of a small
 * cache per loop, since {@link java.net.InetAddress} gives its bytes only as a copy. Time is that of the request's
 * arrival, which the host has taken already.
 */
package dev.chainless.plugin.ratelimit;
