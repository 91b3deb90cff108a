package dev.chainless.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * What a reload has changed.
 *
 * @param generation the number of the configuration that serves now, 1 for the one of the start
 * @param took from the bound configuration until it was in effect
 * @param listeners by name
 * @param clusters by name; of those that changed, endpoints that stayed have kept their connections
 * @param routes by name
 * @param stages by name, or by their place in a route or listener if they have none
 * @param plugins by name
 */
public record Reloaded(long generation, Duration took, Difference listeners, Difference clusters, Difference routes,
        Difference stages, Difference plugins) {

    /**
     * What became of the things of one kind.
     *
     * @param kept how many are the same as before
     * @param added names of the new ones
     * @param changed names of those that were made anew
     * @param removed names of those that are gone
     */
    public record Difference(int kept, List<String> added, List<String> changed, List<String> removed) {

        static <T> Difference of(Map<String, T> before, Map<String, T> after, BiPredicate<T, T> same) {
            int kept = 0;
            List<String> added = new ArrayList<>();
            List<String> changed = new ArrayList<>();
            for (Map.Entry<String, T> entry : new TreeMap<>(after).entrySet()) {
                T former = before.get(entry.getKey());
                if (former == null) {
                    added.add(entry.getKey());
                } else if (same.test(former, entry.getValue())) {
                    kept++;
                } else {
                    changed.add(entry.getKey());
                }
            }
            List<String> removed = before.keySet().stream().filter(name -> !after.containsKey(name)).sorted().toList();
            return new Difference(kept, added, changed, removed);
        }

        /** {@return how many are not as before} */
        public int size() {
            return added.size() + changed.size() + removed.size();
        }

        private String text(String one, String many) {
            int size = size();
            if (size != 1) {
                return size + " " + many;
            }
            String name =
                    added.isEmpty() ? changed.isEmpty() ? removed.getFirst() : changed.getFirst() : added.getFirst();
            return one + " " + name;
        }
    }

    static Reloaded between(Generation before, Generation after, Duration took) {
        Map<String, LoadedPlugin> oldPlugins = new TreeMap<>();
        before.plugins().forEach(plugin -> oldPlugins.put(plugin.name(), plugin));
        Map<String, LoadedPlugin> newPlugins = new TreeMap<>();
        after.plugins().forEach(plugin -> newPlugins.put(plugin.name(), plugin));
        return new Reloaded(after.number(), took,
                Difference.of(before.config().listeners(), after.config().listeners(), Objects::equals),
                Difference.of(before.clusters(), after.clusters(), (a, b) -> a == b),
                Difference.of(routes(before), routes(after), Objects::equals),
                Difference.of(before.places(), after.places(), (a, b) -> a == b),
                Difference.of(oldPlugins, newPlugins, Objects::equals));
    }

    private static Map<String, Object> routes(Generation generation) {
        Map<String, Object> routes = new TreeMap<>();
        generation.config().routes().forEach(route -> routes.put(route.name(), route));
        return routes;
    }

    /** {@return one line for people} */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        add(parts, listeners, "listener", "listeners");
        add(parts, clusters, "cluster", "clusters");
        add(parts, routes, "route", "routes");
        add(parts, stages, "stage", "stages");
        add(parts, plugins, "plugin", "plugins");
        String changes = parts.isEmpty() ? "nothing changed" : "changed: " + String.join(", ", parts);
        return "Configuration " + generation + " is in effect after " + took.toMillis() + " ms; " + changes;
    }

    private static void add(List<String> parts, Difference difference, String one, String many) {
        if (difference.size() > 0) {
            parts.add(difference.text(one, many));
        }
    }
}
