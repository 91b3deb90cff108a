package dev.chainless.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes a {@link GatewayConfig} of code. It gathers the same tables that a file has and binds them in the same way, so
 * that whatever a file may say code may say, with the same keys, defaults and checks.
 *
 * {@snippet :
 * GatewayConfig config = GatewayConfig.builder()
 *         .listener("web", l -> l.set("listen", "127.0.0.1:0"))
 *         .cluster("app", c -> c.set("endpoints", List.of("127.0.0.1:8081")).set("retries", 0))
 *         .route("all", r -> r.set("to", "app"))
 *         .build();
 * }
 *
 * Not for use by several threads.
 */
public final class GatewayBuilder {
    private final Map<String, Object> tables = new LinkedHashMap<>();
    private final List<Object> routes = new ArrayList<>();

    GatewayBuilder() {}

    /** A table that is being made. */
    public static final class Table {
        private final Map<String, Object> values = new LinkedHashMap<>();

        private Table() {}

        /**
         * Sets one key.
         *
         * @param key as in the file, in kebab-case
         * @param value a string, number, boolean, enum, path, duration or value type, or a list or map of these
         * @return this table
         */
        public Table set(String key, Object value) {
            values.put(key, value);
            return this;
        }
    }

    /** Sets keys of {@code [node]}. */
    public GatewayBuilder node(Consumer<Table> table) {
        return set("node", table);
    }

    /** Sets keys of {@code [runtime]}. */
    public GatewayBuilder runtime(Consumer<Table> table) {
        return set("runtime", table);
    }

    /** Sets keys of {@code [ready]}. */
    public GatewayBuilder ready(Consumer<Table> table) {
        return set("ready", table);
    }

    /** Sets keys of {@code [admin]}. */
    public GatewayBuilder admin(Consumer<Table> table) {
        return set("admin", table);
    }

    /** Sets keys of {@code [demo]}. */
    public GatewayBuilder demo(Consumer<Table> table) {
        return set("demo", table);
    }

    /** Sets keys of {@code [plugin-policy]}. */
    public GatewayBuilder pluginPolicy(Consumer<Table> table) {
        return set("plugin-policy", table);
    }

    /** Sets keys of {@code [overload]}. */
    public GatewayBuilder overload(Consumer<Table> table) {
        return set("overload", table);
    }

    /** Adds {@code [plugins.<name>]}. */
    public GatewayBuilder plugin(String name, Consumer<Table> table) {
        return add("plugins", name, table);
    }

    /** Adds {@code [listeners.<name>]}. */
    public GatewayBuilder listener(String name, Consumer<Table> table) {
        return add("listeners", name, table);
    }

    /** Adds {@code [clusters.<name>]}. */
    public GatewayBuilder cluster(String name, Consumer<Table> table) {
        return add("clusters", name, table);
    }

    /** Adds {@code [stages.<name>]}. */
    public GatewayBuilder stage(String name, Consumer<Table> table) {
        return add("stages", name, table);
    }

    /** Adds a route, after those there are. */
    public GatewayBuilder route(String name, Consumer<Table> table) {
        routes.add(made(route -> table.accept(route.set("name", name))));
        return this;
    }

    /**
     * {@return the configuration}
     *
     * @throws ConfigException with all that is wrong
     */
    public GatewayConfig build() {
        Map<String, Object> all = new LinkedHashMap<>(tables);
        all.put("routes", routes);
        return Assembly.of(RawTable.of(all), new ArrayList<>());
    }

    private GatewayBuilder set(String key, Consumer<Table> table) {
        tables.put(key, made(table));
        return this;
    }

    @SuppressWarnings("unchecked")
    private GatewayBuilder add(String key, String name, Consumer<Table> table) {
        ((Map<String, Object>) tables.computeIfAbsent(key, absent -> new LinkedHashMap<String, Object>()))
                .put(name, made(table));
        return this;
    }

    private static Map<String, Object> made(Consumer<Table> table) {
        Table made = new Table();
        table.accept(made);
        return made.values;
    }
}
