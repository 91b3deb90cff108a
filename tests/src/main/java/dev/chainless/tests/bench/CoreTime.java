package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the kernel has counted for one core since boot, in ticks.
record CoreTime(long busy, long total) {

    static CoreTime of(int core) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.startsWith("cpu" + core + " ")) {
                String[] fields = line.split(" +", -1);
                long total = 0;
                // user, nice, system, idle, iowait, irq, softirq, steal; guest time is within user.
                for (int i = 1; i <= 8; i++) {
                    total += Long.parseLong(fields[i]);
                }
                return new CoreTime(total - Long.parseLong(fields[4]) - Long.parseLong(fields[5]), total);
            }
        }
        throw new UsageException("this machine has no core " + core + "; say which two to use with --cores");
    }

    /// {@return the share of the time since `earlier` that the core was busy, 0 to 1; stolen time is busy}
    double busySince(CoreTime earlier) {
        long ticks = total - earlier.total;
        return ticks == 0 ? 0 : (double) (busy - earlier.busy) / ticks;
    }
}
