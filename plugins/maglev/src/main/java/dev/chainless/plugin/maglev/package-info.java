/**
 * Sends requests with the same key to the same endpoint, by the consistent hashing of Maglev (Eisenbud et al., 2016): for
 * caches, sessions and whatever an endpoint has at hand of a client.
 *
 * <p>A table of prime size says which endpoint takes which hashes, so that a pick is a hash and a read. To fill it, each
 * endpoint has an order of its own of all places, by an offset and a step out of its name's hash. In turn they take the next
 * place of their order that is still free; an endpoint of half the weight comes at every other turn. So shares are as even as
 * the size allows, and when an endpoint goes, hardly more changes than its places: with 100 endpoints and 65,537 places under
 * 2 % beyond. It is made anew, off the loops, when the set changes: some milliseconds, for 10,000 endpoints as well. Its hash is
 * the same in every gateway, and endpoints are taken in the order of their hashes: gateways that know the same endpoints send
 * a key to the same one, without speaking to each other.
 *
 * <p>A popular key can be more than an endpoint can take. {@code max-load} bounds what one may have under way, in relation to
 * the average (consistent hashing with bounded loads: Mirrokni, Thorup and Zadimoghaddam, 2018): past it a request walks on
 * through the table, by a step of its key, to the first endpoint below the bound; it is the same one for each request of that
 * key, as long as that has room. A retry goes on in the same way from the endpoints that were tried.
 *
 * <p>The key is a list: the first one that a request has counts. A request without any goes to a place by chance.
 */
package dev.chainless.plugin.maglev;
