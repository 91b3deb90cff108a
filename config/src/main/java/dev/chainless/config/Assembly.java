package dev.chainless.config;

import dev.chainless.config.RawTable.Node;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Puts the main file and the included ones together. What can be checked on the tables alone is checked there, so that
 * a mistake in one place does not hide those in others.
 */
final class Assembly {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

    private final RawTable main;
    private final List<RawTable> included;
    private final List<Problem> problems;

    private Assembly(RawTable main, List<Problem> problems) {
        this.main = main;
        this.problems = problems;
        this.included = Include.read(main, problems);
    }

    /** {@return the configuration of a main table and its included files} */
    static GatewayConfig of(RawTable main, List<Problem> problems) {
        return new Assembly(main, problems).config();
    }

    private GatewayConfig config() {
        Set<String> clusters = names("clusters");
        Set<String> listeners = names("listeners");
        names("stages");
        names("plugins");
        routeNames();
        demo(clusters);
        if (listeners.isEmpty() && !main.keys().contains("listeners")) {
            problems.add(Problem.at(main.position(), "listeners",
                    "missing, a gateway needs at least one listener: [listeners.web] with listen = \"0.0.0.0:8080\""));
        }
        Binding binding = new Binding(MethodHandles.lookup(),
                Map.of("cluster", clusters, "listener", listeners), problems);
        GatewayConfig config = (GatewayConfig) binding.record(GatewayConfig.class, main);
        List<IncludedConfig> parts = new ArrayList<>();
        for (RawTable table : included) {
            if (binding.record(IncludedConfig.class, table) instanceof IncludedConfig part) {
                parts.add(part);
            }
        }
        if (config != null) {
            addresses(config);
        }
        if (config == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return parts.isEmpty() ? config : merged(config, parts);
    }

    /** The names under one key in all files, each only once. */
    private Set<String> names(String key) {
        Map<String, Position> first = new HashMap<>();
        for (RawTable table : tables()) {
            if (table.node(key) instanceof Node(RawTable section, Position position)) {
                if (section.isEmpty() && key.equals("listeners")) {
                    problems.add(Problem.at(position, key, "expected at least one listener, found an empty table"));
                }
                section.keys().forEach(name -> define(first, name, section.position(name), section.path(name)));
            }
        }
        return new TreeSet<>(first.keySet());
    }

    private void routeNames() {
        Map<String, Position> first = new HashMap<>();
        for (RawTable table : tables()) {
            if (table.node("routes") instanceof Node(List<?> routes, Position position)) {
                for (Object route : routes) {
                    if (route instanceof Node(RawTable fields, Position at)
                            && fields.node("name") instanceof Node(String name, Position named)) {
                        define(first, name, named, fields.path("name"));
                    }
                }
            }
        }
    }

    private void define(Map<String, Position> first, String name, Position position, String path) {
        if (!NAME.matcher(name).matches()) {
            problems.add(Problem.at(position, path,
                    "expected a name of up to 100 letters, digits, \"_\", \"-\" and \".\", found "
                            + Expected.found(new Node(name, position))));
        }
        Position before = first.putIfAbsent(name, position);
        if (before != null) {
            problems.add(Problem.at(position, path, "\"" + name + "\" is already defined at " + before));
        }
    }

    private void demo(Set<String> clusters) {
        if (main.node("demo") instanceof Node(RawTable demo, Position position)
                && demo.node("enabled") instanceof Node(Boolean enabled, Position at) && enabled
                && !clusters.add(GatewayConfig.DEMO_CLUSTER)) {
            problems.add(Problem.at(at, "demo.enabled", "the cluster \"demo\" is also defined under [clusters]"));
        }
    }

    /** Two sockets cannot listen on one address; told here, with both names, rather than by a failing bind. */
    private void addresses(GatewayConfig config) {
        Map<String, String> first = new HashMap<>();
        if (config.admin().enabled()) {
            first.put(config.admin().listen().toString(), "the admin server");
        }
        config.listeners().forEach((name, listener) -> {
            String before = first.putIfAbsent(listener.listen().toString(), "the listener \"" + name + "\"");
            if (before != null && listener.listen().port() != 0) {
                Position position = main.node("listeners") instanceof Node(RawTable listeners, Position at)
                        && listeners.node(name) instanceof Node(RawTable table, Position inner)
                                ? table.position("listen") : listener.position();
                problems.add(Problem.at(position, "listeners." + name + ".listen",
                        listener.listen() + " is the address of " + before + " already"));
            }
        });
    }

    private static GatewayConfig merged(GatewayConfig main, List<IncludedConfig> parts) {
        return new GatewayConfig(main.node(), main.runtime(), main.admin(), main.ready(), main.demo(),
                main.pluginPolicy(),
                main.tls(), main.overload(), main.plugins(),
                main.listeners(),
                merged(main.clusters(), parts, IncludedConfig::clusters),
                merged(main.stages(), parts, IncludedConfig::stages),
                merged(main.routes(), parts),
                main.include());
    }

    private static <T> Map<String, T> merged(
            Map<String, T> main, List<IncludedConfig> parts, Function<IncludedConfig, Map<String, T>> field) {
        Map<String, T> all = new LinkedHashMap<>(main);
        parts.forEach(part -> all.putAll(field.apply(part)));
        return Collections.unmodifiableMap(all);
    }

    private static List<RouteConfig> merged(List<RouteConfig> main, List<IncludedConfig> parts) {
        List<RouteConfig> all = new ArrayList<>(main);
        parts.forEach(part -> all.addAll(part.routes()));
        return List.copyOf(all);
    }

    private List<RawTable> tables() {
        List<RawTable> all = new ArrayList<>();
        all.add(main);
        all.addAll(included);
        return all;
    }
}
