package dev.chainless.tests.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// Tables in Markdown: medians over the rounds, and in parentheses the ratio to the best peer of the column.
final class Report {
    private static final String HEADER = """
            | | CPU µs/request | min–max | requests/s | p50 µs | p99 µs | RSS MB | cores busy: proxy, load | notes |
            |---|---|---|---|---|---|---|---|---|
            """;

    private static final Column CPU = new Column(Sample::cpuMicros, true, "%.1f");
    private static final List<Column> AFTER_CPU = List.of(
            new Column(sample -> sample.load().rate(), false, "%,.0f"),
            new Column(sample -> sample.load().p50Micros(), true, "%,.0f"),
            new Column(sample -> sample.load().p99Micros(), true, "%,.0f"),
            new Column(Sample::residentMegabytes, true, "%.0f"));

    private Report() {}

    /// {@return a table for each body and mode}
    static String sideBySide(Work work, List<Contender> contenders, SideBySide.Outcome outcome) {
        var report = new StringBuilder();
        Set<String> peers = contenders.stream().filter(Contender::peer).map(Contender::name)
                .collect(Collectors.toSet());
        for (Map.Entry<String, Double> offered : outcome.offered().entrySet()) {
            for (Mode mode : Mode.values()) {
                var byContender = new LinkedHashMap<String, List<Sample>>();
                contenders.forEach(contender -> byContender.put(contender.name(), new ArrayList<>()));
                outcome.samples().stream()
                        .filter(sample -> sample.body().equals(offered.getKey()) && sample.mode().equals(mode.label()))
                        .forEach(sample -> byContender.getOrDefault(sample.contender(), new ArrayList<>()).add(sample));
                byContender.values().removeIf(List::isEmpty);
                if (byContender.isEmpty()) {
                    continue;
                }
                String load = mode == Mode.SATURATED ? "saturated"
                        : String.format(Locale.ROOT, "%,.0f requests/s offered", offered.getValue());
                report.append("\n### ").append(offered.getKey()).append(", ").append(work.label())
                        .append(", ").append(load).append("\n\n").append(HEADER);
                byContender.forEach((name, samples) -> row(report, name, samples, byContender, peers));
                if (mode == Mode.OFFERED && !work.target().isEmpty()) {
                    report.append("\nTarget of the gateway: ").append(work.target()).append(" CPU time.\n");
                }
            }
        }
        outcome.remarks().forEach(remark -> report.append("\nNot alike: ").append(remark).append('.'));
        outcome.failed().forEach(name -> report.append("\nFailed: ").append(name).append('.'));
        return report.append('\n').toString();
    }

    private static void row(StringBuilder report, String name, List<Sample> samples, Map<String, List<Sample>> all,
            Set<String> peers) {
        double least = samples.stream().mapToDouble(Sample::cpuMicros).min().orElseThrow();
        double most = samples.stream().mapToDouble(Sample::cpuMicros).max().orElseThrow();
        report.append("| ").append(name).append(" | ").append(CPU.cell(samples, all, peers));
        report.append(String.format(Locale.ROOT, " | %.1f–%.1f", least, most));
        for (Column column : AFTER_CPU) {
            report.append(" | ").append(column.cell(samples, all, peers));
        }
        report.append(String.format(Locale.ROOT, " | %.0f %%, %.0f %% | ",
                100 * median(samples, Sample::proxyCoreBusy), 100 * median(samples, Sample::loadCoreBusy)));
        var cautions = new LinkedHashSet<String>();
        samples.forEach(sample -> cautions.addAll(sample.cautions()));
        report.append(String.join(", ", cautions)).append(" |\n");
    }

    /// {@return a table of starts}
    static String startUp(List<StartUp.Result> results) {
        var report = new StringBuilder("""

                | | start to first 200, ms | min–max | RSS idle MB | RSS with 1,000 busy connections MB | errors |
                |---|---|---|---|---|---|
                """);
        for (StartUp.Result result : results) {
            List<Double> millis = result.millis().stream().sorted().toList();
            report.append(String.format(Locale.ROOT, "| %s | %.0f | %.0f–%.0f | %.0f | %.0f | %d |%n",
                    result.contender(), median(millis), millis.getFirst(), millis.getLast(), result.idleMegabytes(),
                    result.busyMegabytes(), result.busy().errors()));
        }
        return report.toString();
    }

    static String reloads(List<Reload.Result> results) {
        List<Double> all = results.stream().map(Reload.Result::millis).sorted().toList();
        return String.format(Locale.ROOT, """

                | | first, ms | median | min–max | of it to apply what was read, median |
                |---|---|---|---|---|
                | reload of %,d routes | %.0f | %.0f | %.0f–%.0f | %.0f |
                """, Reload.ROUTES, results.getFirst().millis(), median(all), all.getFirst(), all.getLast(),
                median(results, Reload.Result::appliedMillis));
    }

    /// {@return a table of balancers, in the order in which they were run first}
    static String balance(List<Balance.Result> results) {
        var report = new StringBuilder("""

                | balancer | p50 µs | p99 µs | min–max |
                |---|---|---|---|
                """);
        var byBalancer = new LinkedHashMap<String, List<Load>>();
        results.forEach(
                result -> byBalancer.computeIfAbsent(result.balancer(), _ -> new ArrayList<>()).add(result.load()));
        byBalancer.forEach((name, loads) -> {
            List<Double> p99 = loads.stream().map(Load::p99Micros).sorted().toList();
            report.append(String.format(Locale.ROOT, "| %s | %,.0f | %,.0f | %,.0f–%,.0f |%n", name,
                    median(loads, Load::p50Micros), median(p99), p99.getFirst(), p99.getLast()));
        });
        return report.toString();
    }

    static double median(Collection<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    static <T> double median(List<T> samples, ToDoubleFunction<? super T> value) {
        return median(samples.stream().map(value::applyAsDouble).toList());
    }

    private record Column(ToDoubleFunction<Sample> value, boolean lessIsBetter, String format) {

        String cell(List<Sample> samples, Map<String, List<Sample>> all, Set<String> peers) {
            double median = median(samples, value);
            String figure = String.format(Locale.ROOT, format, median);
            OptionalDouble best = best(all, peers);
            return best.isEmpty() || best.getAsDouble() == 0 ? figure
                    : figure + String.format(Locale.ROOT, " (%.2f)", median / best.getAsDouble());
        }

        private OptionalDouble best(Map<String, List<Sample>> all, Set<String> peers) {
            var medians = all.entrySet().stream().filter(entry -> peers.contains(entry.getKey()))
                    .mapToDouble(entry -> median(entry.getValue(), value));
            return lessIsBetter ? medians.min() : medians.max();
        }
    }
}
