package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The machine that a run was made on, for the record: figures of two machines can't be compared, only their ratios.
record Machine(String cpu, int cores, long memoryMegabytes, String kernel, String system, Instant time,
        Map<String, String> versions) {

    static Machine here(List<Contender> contenders) throws IOException {
        var versions = new LinkedHashMap<String, String>();
        contenders.forEach(contender -> versions.put(contender.name(), contender.version()));
        return new Machine(field(Path.of("/proc/cpuinfo"), "model name", ':'),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(field(Path.of("/proc/meminfo"), "MemTotal", ':').replaceAll("[^0-9]", "")) / 1024,
                System.getProperty("os.version") + " " + System.getProperty("os.arch"),
                field(Path.of("/etc/os-release"), "PRETTY_NAME", '='), Instant.now(), versions);
    }

    String describe() {
        var text = new StringBuilder("%s, %d cores, %,d MB, Linux %s, %s%n".formatted(cpu, cores, memoryMegabytes,
                kernel, system));
        versions.forEach((name, version) -> text.append(name).append(": ").append(version).append('\n'));
        return text.toString();
    }

    private static String field(Path file, String name, char separator) throws IOException {
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    return line.substring(line.indexOf(separator) + 1).replace("\"", "").strip();
                }
            }
        }
        return "0 (not in " + file + ")";
    }
}
