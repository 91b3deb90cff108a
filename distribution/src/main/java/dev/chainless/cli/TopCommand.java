package dev.chainless.cli;

import java.io.Console;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what a gateway that runs is doing. */
@Command(name = "top", mixinStandardHelpOptions = true,
        description = "Shows requests, errors and latency of a running gateway's routes and endpoints, each second. Ctrl-C ends it.")
final class TopCommand extends AskCommand implements Callable<Integer> {
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";
    private static final int MOST_ROWS = 20;
    private static final long INTERVAL_MILLIS = 1000;

    @Option(names = "--once", description = "Measure for one second, print it, and end.")
    private boolean once;

    /** What one row was counted at. */
    private record Count(String name, String state, long requests, long errors, Map<Long, Long> latency) {
        /** {@return what was added since} */
        Count since(@Nullable Count before) {
            if (before == null || before.requests > requests) {
                return new Count(name, state, 0, 0, Map.of());
            }
            Map<Long, Long> added = new TreeMap<>();
            // A histogram that was begun anew counts less than before; then all of it is new.
            boolean anew = before.latency.entrySet().stream()
                    .anyMatch(cell -> latency.getOrDefault(cell.getKey(), 0L) < cell.getValue());
            latency.forEach(
                    (nanos, count) -> added.put(nanos, anew ? count : count - before.latency.getOrDefault(nanos, 0L)));
            return new Count(name, state, requests - before.requests, errors - before.errors, added);
        }

        String percentile(double share) {
            long total = latency.values().stream().mapToLong(Long::longValue).sum();
            long seen = 0;
            for (Map.Entry<Long, Long> cell : latency.entrySet()) {
                seen += cell.getValue();
                if (total > 0 && seen >= Math.ceil(share * total)) {
                    return String.format(Locale.ROOT, "%.2f", cell.getKey() / 1e6);
                }
            }
            return "-";
        }
    }

    /** What all rows were counted at. */
    private record Sample(long nanos, List<Count> routes, List<Count> upstreams) {}

    @Override
    public Integer call() {
        return ask(client -> {
            boolean live = !once && isTerminal();
            Sample before = null;
            while (true) {
                AdminClient.Reply reply = client.get("/api/v1/traffic", JSON);
                if (!reply.good()) {
                    return print(reply);
                }
                Sample now = sample(reply.text());
                if (before != null) {
                    out().print((live ? HOME_AND_CLEAR : "") + text(before, now));
                    out().flush();
                    if (once || out().checkError()) {
                        return 0;
                    }
                }
                before = now;
                try {
                    Thread.sleep(INTERVAL_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return 0;
                }
            }
        });
    }

    private static String text(Sample before, Sample now) {
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        StringBuilder text = new StringBuilder();
        rows(text, "ROUTE", before.routes(), now.routes(), seconds);
        text.append('\n');
        rows(text, "UPSTREAM", before.upstreams(), now.upstreams(), seconds);
        return text.append('\n').toString();
    }

    private static void rows(StringBuilder text, String title, List<Count> before, List<Count> now, double seconds) {
        Map<String, Count> known = new HashMap<>();
        before.forEach(count -> known.put(count.name(), count));
        List<Count> rows = now.stream().map(count -> count.since(known.get(count.name())))
                .sorted(Comparator.comparingLong(Count::requests).reversed()).toList();
        text.append(String.format("%-44s %10s %10s %9s %9s%n", title, "REQUESTS/S", "ERRORS/S", "P50 MS", "P99 MS"));
        rows.stream().limit(MOST_ROWS)
                .forEach(row -> text.append(String.format(Locale.ROOT, "%-44s %10.1f %10.1f %9s %9s%s%n",
                        row.name(), row.requests() / seconds, row.errors() / seconds, row.percentile(0.5),
                        row.percentile(0.99),
                        row.state().isEmpty() || row.state().equals("well") ? "" : "  " + row.state())));
        if (rows.size() > MOST_ROWS) {
            text.append("and ").append(rows.size() - MOST_ROWS).append(" with fewer\n");
        }
    }

    @SuppressWarnings("SystemConsoleNull") // a trimmed runtime has none where there is no terminal
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static Sample sample(String json) throws IOException {
        Map<?, ?> traffic = (Map<?, ?>) JsonText.read(json);
        List<Count> routes = new ArrayList<>();
        for (Map<?, ?> row : rows(traffic, "routes")) {
            String name = text(row, "route");
            routes.add(count((name.isEmpty() ? "(no route)" : name) + " on " + text(row, "listener"), row));
        }
        List<Count> upstreams = new ArrayList<>();
        for (Map<?, ?> row : rows(traffic, "upstreams")) {
            upstreams.add(count(text(row, "cluster") + " " + text(row, "endpoint"), row));
        }
        return new Sample(number(traffic, "nanos"), routes, upstreams);
    }

    private static Count count(String name, Map<?, ?> row) throws IOException {
        Map<Long, Long> latency = new TreeMap<>();
        for (Map<?, ?> cell : rows(row, "latency")) {
            latency.put(number(cell, "nanos"), number(cell, "count"));
        }
        return new Count(name, row.containsKey("state") ? text(row, "state") : "", number(row, "requests"),
                number(row, "errors"), latency);
    }

    private static List<Map<?, ?>> rows(Map<?, ?> of, String key) throws IOException {
        List<Map<?, ?>> rows = new ArrayList<>();
        if (!(of.get(key) instanceof List<?> list)) {
            throw missing(key);
        }
        for (Object row : list) {
            rows.add((Map<?, ?>) row);
        }
        return rows;
    }

    private static long number(Map<?, ?> of, String key) throws IOException {
        if (of.get(key) instanceof Long number) {
            return number;
        }
        throw missing(key);
    }

    private static String text(Map<?, ?> of, String key) throws IOException {
        if (of.get(key) instanceof String text) {
            return text;
        }
        throw missing(key);
    }

    private static IOException missing(String key) {
        return new IOException("its answer has no \"" + key + "\"; is it another version?");
    }
}
