package dev.chainless.host;

import dev.chainless.spi.Counter;

/**
 * What is counted of plugins' lives.
 *
 * @param loads layers that were loaded
 * @param failures attempts to load, replace or remove that changed nothing
 * @param abandoned calls that make, hand over or close something and did not come back
 * @param unloads layers that were collected
 * @param uncollected layers that something still held long after they were closed
 */
record PluginMetrics(Counter loads, Counter failures, Counter abandoned, Counter unloads, Counter uncollected) {

    /** {@return counters that nobody reads} */
    static PluginMetrics unread() {
        return new PluginMetrics(new Counter(1), new Counter(1), new Counter(1), new Counter(1), new Counter(1));
    }

    /** {@return counters of the gateway's exposition} */
    static PluginMetrics in(MetricRegistry registry) {
        MetricRegistry.Scope scope = registry.scope("plugins");
        return new PluginMetrics(scope.counter("plugin_loads", "Jars of plugins that were loaded."),
                scope.counter("plugin_failures", "Changes of plugins that were refused or failed; nothing changed."),
                scope.counter("plugin_abandoned",
                        "Calls that make, hand over or close something of a plugin and did not come back in time."),
                scope.counter("plugin_unloads", "Jars of plugins whose classes were collected."),
                scope.counter("plugin_uncollected", "Jars of plugins whose classes something still held when they were "
                        + "to be collected."));
    }
}
