package dev.chainless.host;

import dev.chainless.config.RouteMatch;
import java.util.Set;

/**
 * A route as the table sees it.
 *
 * @param match which requests it takes
 * @param listeners the indices of those whose requests it takes; empty for all
 * @param target what is found for these requests
 * @param <T> its type
 */
record RouteEntry<T>(RouteMatch match, Set<Integer> listeners, T target) {
}
