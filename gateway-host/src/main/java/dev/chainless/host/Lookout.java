package dev.chainless.host;

import dev.chainless.spi.Discovery;

/**
 * A discovery that runs, and what it found. Clusters that name the same one share it.
 *
 * @param use of the plugin
 * @param source what it tells
 */
record Lookout(Use<Discovery> use, Source source) {}
