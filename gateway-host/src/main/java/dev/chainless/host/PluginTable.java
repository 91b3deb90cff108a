package dev.chainless.host;

import dev.chainless.host.AdminView.PluginRow;
import java.util.ArrayList;
import java.util.List;

/** The plugins of a gateway as a table for people. */
final class PluginTable {
    private static final int DIGEST = 12;

    private PluginTable() {}

    /** {@return lines of columns that are as wide as they must be; what failed is told below} */
    static String of(List<PluginRow> plugins) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("NAME", "VERSION", "KIND", "SHA-256", "STATE", "EXCHANGES", "SINCE", "USED BY"));
        for (PluginRow plugin : plugins) {
            lines.add(List.of(plugin.name(), dash(plugin.version()), dash(plugin.kind()),
                    dash(plugin.digest().substring(0, Math.min(DIGEST, plugin.digest().length()))), plugin.state(),
                    String.valueOf(plugin.exchanges()), plugin.since(),
                    dash(String.join(", ", plugin.uses()))));
        }
        StringBuilder text = new StringBuilder(AdminText.table(lines));
        plugins.forEach(plugin -> plugin.failure().ifPresent(
                failure -> text.append(plugin.name()).append(": ").append(failure).append('\n')));
        return text.toString();
    }

    private static String dash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
