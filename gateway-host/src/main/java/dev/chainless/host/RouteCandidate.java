package dev.chainless.host;

import dev.chainless.config.RouteMatch;
import dev.chainless.spi.http.Head;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route whose host and path fit: what else it asks of a request. */
final class RouteCandidate<T> {
    private final RouteTable.Entry<T> entry;
    private final T target;
    private final String[] methods;
    private final RouteCondition[] conditions;
    /** Nothing else: the usual. */
    private final boolean unconditional;
    /** What to try next at the same host and path. A list and not an array: one cache line less for the usual. */
    private @Nullable RouteCandidate<T> next;

    RouteCandidate(RouteTable.Entry<T> entry) {
        this.entry = entry;
        target = entry.target();
        RouteMatch match = entry.match();
        methods = match.method().toArray(String[]::new);
        conditions = RouteCondition.of(match);
        unconditional = methods.length == 0 && conditions.length == 0;
    }

    RouteTable.Entry<T> entry() {
        return entry;
    }

    T target() {
        return target;
    }

    /** {@return the number of conditions on method, header fields and query parameters} */
    int conditions() {
        return conditions.length + (methods.length > 0 ? 1 : 0);
    }

    /** {@return copies of these candidates in a list, null if there are none} */
    static <T> @Nullable RouteCandidate<T> list(List<RouteCandidate<T>> candidates) {
        RouteCandidate<T> first = null;
        for (RouteCandidate<T> candidate : candidates.reversed()) {
            var copy = new RouteCandidate<>(candidate.entry);
            copy.next = first;
            first = copy;
        }
        return first;
    }

    /**
     * {@return the first that takes a request, null if none does}
     *
     * @param trail if not null, all that do are added to it and none is returned
     */
    static <T> @Nullable RouteCandidate<T> first(@Nullable RouteCandidate<T> candidates, Head request,
            @Nullable List<RouteTable.Entry<T>> trail) {
        for (var candidate = candidates; candidate != null; candidate = candidate.next) {
            if (candidate.unconditional || candidate.takes(request)) {
                if (trail == null) {
                    return candidate;
                }
                trail.add(candidate.entry);
            }
        }
        return null;
    }

    private boolean takes(Head request) {
        if (methods.length > 0 && !hasMethod(request.method())) {
            return false;
        }
        for (RouteCondition condition : conditions) {
            if (!condition.holds(request)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasMethod(String method) {
        for (String each : methods) {
            if (each.equals(method)) {
                return true;
            }
        }
        return false;
    }
}
