/**
 * Gives each endpoint of a cluster its turn, as often as its weight says, and spread as evenly as can be: weights 5, 1,
 * 1 give A A B A C A A and not A A A A A B C. That is the smooth weighted round robin of nginx: for each turn every
 * endpoint earns its weight, the richest one is picked and pays the sum of all weights.
 *
 * <p>The order repeats after as many turns as the weights sum up to, their common divisor taken out. Where that is
 * 4,096 at most, the whole order is computed once and a pick is a read of an array; else each loop keeps the earnings
 * of all endpoints itself. Either way each loop counts for itself, so that a pick takes no lock and writes to no cache
 * line of another loop; the loops begin at different turns, so that they do not all begin at the first endpoint.
 */
package dev.chainless.plugin.roundrobin;
