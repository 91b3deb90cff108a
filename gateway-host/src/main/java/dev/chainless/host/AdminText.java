package dev.chainless.host;

import java.util.ArrayList;
import java.util.List;

/** What the admin server shows, as text for people. */
final class AdminText {
    private static final long MIB = 1 << 20;

    private AdminText() {}

    static String status(AdminView.StatusRow status) {
        AdminView.MemoryRow memory = status.memory();
        StringBuilder text = new StringBuilder();
        line(text, "version", status.version() + ", Java " + status.java() + ", process " + status.pid());
        line(text, "started", status.started() + ", " + uptime(status.uptimeSeconds()) + " ago");
        line(text, "configuration", String.valueOf(status.generation()));
        line(text, "ready", status.ready() ? "yes" : "no: " + String.join("; ", status.reasons()));
        line(text, "state", status.state() + status.stopsAt().map(at -> ", stops at " + at).orElse(""));
        line(text, "connections", status.connections() + ", " + status.exchanges() + " exchanges under way");
        line(text, "loops", String.join(", ", status.loops().stream()
                .map(loop -> loop.loop() + ": " + loop.connections() + (loop.stalled() ? " (stalled)" : "")).toList()));
        line(text, "memory", memory.resident() / MIB + " MiB resident; heap " + memory.heapUsed() / MIB + " of "
                + memory.heapMax() / MIB + " MiB; buffers " + memory.buffers() / MIB + " MiB");
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format("%-14s %s%n", name, value));
    }

    private static String uptime(long seconds) {
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : seconds < 172_800
                ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    }

    static String upstreams(List<AdminView.UpstreamRow> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("CLUSTER", "ENDPOINT", "STATE", "ZONE", "PRIORITY", "WEIGHT", "ACTIVE", "IDLE", "ATTEMPTS",
                "REQUESTS",
                "FAILURES"));
        for (AdminView.UpstreamRow row : rows) {
            String zone = row.zone().isEmpty() || row.region().isEmpty() ? row.region() + row.zone()
                    : row.region() + "/" + row.zone();
            lines.add(List.of(row.cluster(), row.endpoint(), row.state(), dash(zone), text(row.priority()),
                    text(row.weight()),
                    text(row.active()), text(row.idle()), text(row.attempts()), text(row.requests()),
                    text(row.failures())));
        }
        return table(lines);
    }

    static String routes(List<AdminView.RouteRow> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("ROUTE", "LISTENERS", "HOST", "PATH", "METHOD", "STAGES", "TO"));
        for (AdminView.RouteRow row : rows) {
            lines.add(List.of(row.name(), join(row.listeners()), any(row.host()), row.path(), any(row.methods()),
                    dash(join(row.stages())), row.target()));
        }
        return table(lines);
    }

    static String matches(List<AdminView.MatchRow> rows) {
        StringBuilder text = new StringBuilder();
        for (AdminView.MatchRow row : rows) {
            text.append("listener ").append(row.listener()).append(": ")
                    .append(row.route().map(route -> "route " + route + " to "
                            + row.target().orElse("")).orElse("no route"))
                    .append("; ").append(row.why()).append('\n');
            List<List<String>> lines = new ArrayList<>();
            row.candidates().forEach(candidate -> lines.add(List.of("  " + candidate.route(),
                    candidate.fits()
                            ? row.route().filter(candidate.route()::equals).isPresent() ? "takes it"
                                    : "fits, but is less specific"
                            : String.join("; ", candidate.failed()))));
            text.append(table(lines));
        }
        return text.toString();
    }

    static String diff(AdminView.DiffRow diff) {
        if (diff.total() == 0) {
            return "What runs is what the file says.\n";
        }
        StringBuilder text = new StringBuilder();
        diff.changes().forEach(change -> {
            change.running().ifPresent(
                    value -> text.append("- ").append(change.key()).append(" = ").append(value).append('\n'));
            change.file().ifPresent(
                    value -> text.append("+ ").append(change.key()).append(" = ").append(value).append('\n'));
        });
        if (diff.total() > diff.changes().size()) {
            text.append("and ").append(diff.total() - diff.changes().size()).append(" more\n");
        }
        if (!diff.needsRestart().isEmpty()) {
            text.append("A reload is refused because of: ").append(join(diff.needsRestart())).append('\n');
        }
        return text.toString();
    }

    /** {@return lines of columns that are as wide as they must be} */
    static String table(List<List<String>> lines) {
        int[] widths = new int[lines.stream().mapToInt(List::size).max().orElse(0)];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                row.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String text(long number) {
        return Long.toString(number);
    }

    private static String join(List<String> parts) {
        return String.join(", ", parts);
    }

    private static String any(List<String> parts) {
        return parts.isEmpty() ? "*" : join(parts);
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
