package dev.chainless.config;

import java.util.List;
import java.util.Map;

/** What an included file may hold. */
record IncludedConfig(
        Map<String, ClusterConfig> clusters, Map<String, StageConfig> stages, List<RouteConfig> routes) {}
