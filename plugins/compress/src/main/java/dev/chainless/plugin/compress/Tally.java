package dev.chainless.plugin.compress;

import dev.chainless.spi.Counter;
import dev.chainless.spi.PluginContext;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What was done.
 *
 * @param responses that were compressed, by their coding
 * @param skipped were not, as too many were in progress
 * @param taken bytes before
 * @param made bytes after
 */
record Tally(Map<Coding, Counter> responses, Counter skipped, Counter taken, Counter made) {

    static Tally of(PluginContext context) {
        var metrics = context.metrics();
        String stage = context.name();
        Map<Coding, Counter> responses = new EnumMap<>(Coding.class);
        for (Coding coding : Coding.values()) {
            responses.put(coding, metrics.counter("compress_responses", "Responses that were compressed.", "stage",
                    stage, "coding", coding.token()));
        }
        return new Tally(responses,
                metrics.counter("compress_skipped", "Responses that were not compressed, as too many were in progress.",
                        "stage", stage),
                metrics.counter("compress_taken_bytes", "Bytes that were compressed.", "stage", stage),
                metrics.counter("compress_made_bytes", "Bytes that they became.", "stage", stage));
    }

    Counter responses(Coding coding) {
        return Objects.requireNonNull(responses.get(coding));
    }
}
