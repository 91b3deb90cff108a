package dev.chainless.tests.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// The tables of [Swap] in Markdown.
final class SwapReport {
    private SwapReport() {}

    static String of(Swap.Outcome outcome) {
        List<Swap.Window> quiet = windows(outcome, "quiet");
        List<Swap.Window> changing = windows(outcome, "changing");
        var report = new StringBuilder(String.format(Locale.ROOT, """

                ### %d changes under %,d requests/s, %d connections, seed %d

                | | CPU µs/request | min–max | requests/s | p50 µs | p99 µs | min–max | max µs | cores busy: proxy, load |
                |---|---|---|---|---|---|---|---|---|
                """, outcome.changes().size(), outcome.rate(), SideBySide.CONNECTIONS, outcome.seed()));
        row(report, "before any change", quiet.subList(0, 1));
        row(report, "without changes", quiet);
        row(report, "during changes", changing);
        row(report, "after all changes", quiet.subList(quiet.size() - 1, quiet.size()));
        double quietP99 = Report.median(quiet, window -> window.seen().load().p99Micros());
        double changingP99 = Report.median(changing, window -> window.seen().load().p99Micros());
        report.append(String.format(Locale.ROOT, """

                p99 during changes is %.2f times that without. CPU after all changes is %.2f times that before any.
                Failed: %d, of which mixed: %d.
                Right answers: %s.
                RSS %.0f MB before, %.0f MB after; metaspace %.1f MB before, %.1f MB after.

                | change | times | ms until seen, median | most |
                |---|---|---|---|
                """, changingP99 / quietP99, quiet.getLast().cpuMicros() / quiet.getFirst().cpuMicros(),
                outcome.failed(), outcome.mixed(), seen(outcome), outcome.before().residentMegabytes(),
                outcome.after().residentMegabytes(), outcome.before().metaspaceMegabytes(),
                outcome.after().metaspaceMegabytes()));
        for (Changes.Kind kind : Changes.Kind.values()) {
            List<Double> millis = outcome.changes().stream().filter(change -> change.kind().equals(kind.label()))
                    .map(Changes.Change::millis).sorted().toList();
            if (!millis.isEmpty()) {
                report.append(String.format(Locale.ROOT, "| %s | %d | %.0f | %.0f |%n", kind.label(), millis.size(),
                        Report.median(millis), millis.getLast()));
            }
        }
        outcome.complaints().forEach(line -> report.append(line).append('\n'));
        return report.toString();
    }

    private static List<Swap.Window> windows(Swap.Outcome outcome, String kind) {
        return outcome.windows().stream().filter(window -> window.kind().equals(kind))
                .sorted(Comparator.comparingInt(Swap.Window::round)).toList();
    }

    private static String seen(Swap.Outcome outcome) {
        long first = sum(outcome, window -> window.seen().byVersion().getOrDefault("1", 0L));
        long second = sum(outcome, window -> window.seen().byVersion().getOrDefault("2", 0L));
        long guests = sum(outcome, window -> window.seen().guests());
        return String.format(Locale.ROOT, "%,d of version 1, %,d of version 2; %,d by way of the optional plugin",
                first,
                second, guests);
    }

    private static long sum(Swap.Outcome outcome, ToDoubleFunction<Swap.Window> value) {
        return (long) outcome.windows().stream().mapToDouble(value).sum();
    }

    private static void row(StringBuilder report, String name, List<Swap.Window> windows) {
        List<Double> cpu = windows.stream().map(Swap.Window::cpuMicros).sorted().toList();
        List<Double> p99 = windows.stream().map(window -> window.seen().load().p99Micros()).sorted().toList();
        report.append(String.format(Locale.ROOT,
                "| %s | %.1f | %.1f–%.1f | %,.0f | %,.0f | %,.0f | %,.0f–%,.0f | %,.0f | %.0f %%, %.0f %% |%n", name,
                Report.median(cpu), cpu.getFirst(), cpu.getLast(),
                Report.median(windows, window -> window.seen().load().rate()),
                Report.median(windows, window -> window.seen().load().p50Micros()), Report.median(p99), p99.getFirst(),
                p99.getLast(), windows.stream().mapToDouble(window -> window.seen().load().maxMicros()).max().orElse(0),
                100 * Report.median(windows, Swap.Window::proxyCoreBusy),
                100 * Report.median(windows, Swap.Window::loadCoreBusy)));
    }
}
