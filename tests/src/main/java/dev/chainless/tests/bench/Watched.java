package dev.chainless.tests.bench;

import java.util.Map;

/// What a generator that looks at every byte saw in one window.
///
/// @param load of which `errors` are all failures
/// @param mixed answers that two versions of a plugin, or two configurations, had a part in
/// @param closed connections that were closed
/// @param byVersion right answers of each version of the plugin that is swapped
/// @param guests right answers that the optional plugin had a part in
record Watched(Load load, long mixed, long closed, Map<String, Long> byVersion, long guests) {}
