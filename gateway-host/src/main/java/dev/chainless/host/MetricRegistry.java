package dev.chainless.host;

import dev.chainless.spi.Counter;
import dev.chainless.spi.Metrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of the process. Event loops count in cells of their own; Micrometer and Prometheus's exposition only read
 * them when somebody scrapes. Thread-safe; nothing here is for the fast path.
 *
 * <p>Who registers has an owner's name, by which all of it is revoked. Two owners that register the same name and
 * labels, the old and the new generation of a stage for example, share the counter, and it goes with the last of them.
 */
final class MetricRegistry implements AutoCloseable {
    static final String PREFIX = "chainless_";
    static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,99}");
    private static final Pattern RESERVED = Pattern.compile(".*_(total|info|bucket|count|sum|created)|le|quantile");
    private static final long[] BOUNDS_NANOS = {500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
            50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000L, 5_000_000_000L,
            10_000_000_000L, 30_000_000_000L};
    private static final double[] BOUNDS = bounds();

    /** What is registered under one name and set of labels. */
    private sealed interface Entry {
        /** {@return by whom, one for each time} */
        Deque<String> owners();
    }

    private record CounterEntry(Counter counter, Meter meter, Deque<String> owners) implements Entry {}

    /** The newest owner's value is read. */
    private record GaugeEntry(Deque<LongSupplier> values, Meter meter, Deque<String> owners) implements Entry {}

    private record HistogramEntry(LatencyHistogram histogram, Deque<String> owners) implements Entry {}

    /** All that shares a name: its kind and labels' names are the same. */
    private static final class Family {
        final Class<? extends Entry> kind;
        final String help;
        final List<String> labelNames;
        final Map<List<String>, Entry> entries = new LinkedHashMap<>();
        @Nullable Collector collector;

        Family(Class<? extends Entry> kind, String help, List<String> labelNames) {
            this.kind = kind;
            this.help = help;
            this.labelNames = labelNames;
        }
    }

    private final int loops;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Family> families = new HashMap<>();
    private @Nullable JvmGcMetrics garbageCollection;

    /**
     * Makes an empty registry.
     *
     * @param loops the number of event loops
     */
    MetricRegistry(int loops) {
        this.loops = loops;
    }

    /** Adds the JVM's metrics; the JVM then holds this registry until it is closed. */
    void addJvm() {
        garbageCollection = new JvmGcMetrics();
        garbageCollection.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /**
     * {@return where an owner registers}
     *
     * @param owner by which everything is revoked
     * @param labels names and values in turn, given to all that is registered here
     */
    Scope scope(String owner, String... labels) {
        return new Scope(owner, labels);
    }

    /** Forgets what an owner registered, less what others registered too. */
    synchronized void revoke(String owner) {
        families.values().removeIf(family -> {
            family.entries.values().removeIf(entry -> release(entry, owner));
            if (family.entries.isEmpty() && family.collector != null) {
                registry.getPrometheusRegistry().unregister(family.collector);
            }
            return family.entries.isEmpty();
        });
    }

    /** {@return whether nobody is left} */
    private boolean release(Entry entry, String owner) {
        if (entry instanceof GaugeEntry gauge) {
            synchronized (gauge.values()) {
                var owners = gauge.owners().iterator();
                var values = gauge.values().iterator();
                while (owners.hasNext()) {
                    values.next();
                    if (owners.next().equals(owner)) {
                        owners.remove();
                        values.remove();
                    }
                }
            }
        } else {
            entry.owners().removeIf(owner::equals);
        }
        if (!entry.owners().isEmpty()) {
            return false;
        }
        switch (entry) {
            case CounterEntry counter -> registry.remove(counter.meter());
            case GaugeEntry gauge -> registry.remove(gauge.meter());
            case HistogramEntry _ -> {}
        }
        return true;
    }

    /** Exposes metrics that are made when somebody scrapes, for the life of the registry. */
    void expose(Supplier<? extends MetricSnapshot> metrics) {
        registry.getPrometheusRegistry().register((Collector) metrics::get);
    }

    /** {@return the content type of the exposition that a client asks for} */
    static String contentType(@Nullable String accept) {
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("application/openmetrics-text")
                ? OPEN_METRICS
                : TEXT;
    }

    /**
     * {@return all metrics as text}
     *
     * @param contentType one that {@link #contentType} gave
     */
    String scrape(String contentType) {
        return registry.scrape(contentType);
    }

    @Override
    public void close() {
        if (garbageCollection != null) {
            garbageCollection.close();
        }
        registry.close();
    }

    private synchronized Counter counter(String owner, String name, String help, String... labels) {
        Series series = series(CounterEntry.class, name, help, labels);
        CounterEntry entry = (CounterEntry) series.family.entries.computeIfAbsent(series.values, _ -> {
            Counter counter = new Counter(loops);
            // Micrometer refers to the counter weakly; the entry holds it.
            Meter meter = FunctionCounter.builder(PREFIX + name, counter, Counter::sum).description(help)
                    .tags(series.tags()).register(registry);
            return new CounterEntry(counter, meter, new ArrayDeque<>());
        });
        entry.owners.addLast(owner);
        return entry.counter;
    }

    private synchronized void gauge(String owner, String name, String help, LongSupplier value, String... labels) {
        Series series = series(GaugeEntry.class, name, help, labels);
        GaugeEntry entry = (GaugeEntry) series.family.entries.computeIfAbsent(series.values, _ -> {
            Deque<LongSupplier> values = new ArrayDeque<>();
            Meter meter = Gauge.builder(PREFIX + name, () -> newest(values)).description(help).tags(series.tags())
                    .register(registry);
            return new GaugeEntry(values, meter, new ArrayDeque<>());
        });
        synchronized (entry.values) {
            entry.values.addLast(value);
            entry.owners.addLast(owner);
        }
    }

    private static double newest(Deque<LongSupplier> values) {
        LongSupplier value;
        synchronized (values) {
            value = values.peekLast();
        }
        return value == null ? Double.NaN : value.getAsLong();
    }

    private synchronized LatencyHistogram histogram(String owner, String name, String help, String... labels) {
        Series series = series(HistogramEntry.class, name, help, labels);
        Family family = series.family;
        if (family.collector == null) {
            family.collector = () -> histograms(PREFIX + name, family);
            registry.getPrometheusRegistry().register(family.collector);
        }
        HistogramEntry entry = (HistogramEntry) family.entries.computeIfAbsent(series.values,
                _ -> new HistogramEntry(new LatencyHistogram(loops), new ArrayDeque<>()));
        entry.owners.addLast(owner);
        return entry.histogram;
    }

    private synchronized MetricSnapshot histograms(String name, Family family) {
        List<HistogramDataPointSnapshot> points = new ArrayList<>();
        family.entries.forEach((values, entry) -> {
            LatencyHistogram histogram = ((HistogramEntry) entry).histogram();
            points.add(new HistogramDataPointSnapshot(
                    ClassicHistogramBuckets.of(BOUNDS, histogram.counts(BOUNDS_NANOS)), histogram.sumNanos() / 1e9,
                    Labels.of(family.labelNames, values), Exemplars.EMPTY, 0));
        });
        return new HistogramSnapshot(new MetricMetadata(name, family.help), points);
    }

    private static double[] bounds() {
        double[] bounds = Arrays.copyOf(Arrays.stream(BOUNDS_NANOS).mapToDouble(n -> n / 1e9).toArray(),
                BOUNDS_NANOS.length + 1);
        bounds[BOUNDS_NANOS.length] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    private record Series(Family family, List<String> values) {
        Tags tags() {
            Tags tags = Tags.empty();
            for (int i = 0; i < values.size(); i++) {
                tags = tags.and(family.labelNames.get(i), values.get(i));
            }
            return tags;
        }
    }

    private Series series(Class<? extends Entry> kind, String name, String help, String... labels) {
        check("metric", name);
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException("metric \"" + name + "\" has a label without a value");
        }
        Map<String, String> sorted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            check("label", labels[i]);
            if (sorted.put(labels[i], labels[i + 1]) != null) {
                throw new IllegalArgumentException("metric \"" + name + "\" has the label " + labels[i] + " twice");
            }
        }
        List<String> labelNames = List.copyOf(sorted.keySet());
        Family family = families.computeIfAbsent(name, _ -> new Family(kind, help, labelNames));
        if (family.kind != kind || !family.labelNames.equals(labelNames)) {
            throw new IllegalArgumentException("metric \"" + name + "\" is registered already, as another kind or with "
                    + "the labels " + family.labelNames + " instead of " + labelNames);
        }
        return new Series(family, List.copyOf(sorted.values()));
    }

    private static void check(String what, String name) {
        if (!NAME.matcher(name).matches() || RESERVED.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" cannot name a " + what
                    + ": lower case, digits and underscores, without the suffixes that the host adds");
        }
    }

    /** Where one owner registers. */
    final class Scope implements Metrics {
        private final String owner;
        private final String[] common;

        private Scope(String owner, String[] common) {
            this.owner = owner;
            this.common = common.clone();
        }

        /** {@return by whom all that was registered here is revoked} */
        String owner() {
            return owner;
        }

        @Override
        public Counter counter(String name, String help, String... labels) {
            return MetricRegistry.this.counter(owner, name, help, all(labels));
        }

        @Override
        public void gauge(String name, String help, LongSupplier value, String... labels) {
            MetricRegistry.this.gauge(owner, name, help, value, all(labels));
        }

        /**
         * Registers a histogram, or finds the one under the same name and labels.
         *
         * @param name with its unit: {@code …_seconds}
         * @param help one sentence
         * @param labels names and values in turn
         * @return a histogram of durations
         */
        LatencyHistogram histogram(String name, String help, String... labels) {
            return MetricRegistry.this.histogram(owner, name, help, all(labels));
        }

        private String[] all(String... labels) {
            String[] all = Arrays.copyOf(common, common.length + labels.length);
            System.arraycopy(labels, 0, all, common.length, labels.length);
            return all;
        }
    }
}
