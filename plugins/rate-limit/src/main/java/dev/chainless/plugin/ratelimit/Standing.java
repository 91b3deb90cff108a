package dev.chainless.plugin.ratelimit;

/**
 * How a key stands after a request.
 *
 * @param remaining how many more would be admitted now
 * @param resetSeconds until the whole burst is there again, rounded up
 */
record Standing(long remaining, long resetSeconds) {}
