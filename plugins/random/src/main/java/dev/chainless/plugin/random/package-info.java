/**
 * Picks endpoints by chance, each as often as its weight says, however many there are: a draw takes one random number and
 * two reads, by {@link dev.chainless.spi.AliasTable}.
 *
 * <p>Chance needs no state, so that any number of gateways and loops do not fall into step, as those that count turns can when
 * they start together. The price is that requests bunch: of {@code n} requests an endpoint of share {@code p} gets {@code np}
 * give or take {@code sqrt(np)}, where turns are never off by more than one or two. For short requests to many endpoints that
 * does not matter; where requests are long or few, the balancers that look at what is under way do better.
 */
package dev.chainless.plugin.random;
