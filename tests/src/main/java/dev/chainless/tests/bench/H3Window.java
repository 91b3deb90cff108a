package dev.chainless.tests.bench;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What the generator has sent and seen in one window. On its loop only.
final class H3Window {
    private final List<ByteBuf> requests;
    private final int bodyBytes;
    private final boolean saturated;
    private long[] nanos = new long[1 << 16];
    private int completed;
    private int failed;
    private boolean over;

    /// @param requests frames of the requests that follow on each other
    /// @param bodyBytes of each answer
    /// @param saturated whether a request follows on each answer
    H3Window(List<ByteBuf> requests, int bodyBytes, boolean saturated) {
        this.requests = requests;
        this.bodyBytes = bodyBytes;
        this.saturated = saturated;
    }

    List<ByteBuf> requests() {
        return requests;
    }

    int bodyBytes() {
        return bodyBytes;
    }

    /// {@return how many more requests are due because one was answered}
    int dueAtAnswer() {
        return saturated && !over ? 1 : 0;
    }

    void completed(long took) {
        if (over) {
            return;
        }
        if (completed == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * completed);
        }
        nanos[completed++] = took;
    }

    void failed() {
        failed += over ? 0 : 1;
    }

    /// Nothing that comes now is counted.
    void end() {
        over = true;
    }

    /// {@return the figures, as `load.c` gives them}
    String line(double seconds) {
        Arrays.sort(nanos, 0, completed);
        return String.format(Locale.ROOT,
                "completed=%d rate=%.3f p50_us=%.1f p99_us=%.1f max_us=%.1f unsent=0 late_p99_us=0 failed=%d",
                completed, completed / seconds, micros(0.5), micros(0.99), micros(1), failed);
    }

    private double micros(double quantile) {
        return completed == 0 ? 0 : nanos[(int) Math.min(completed - 1, quantile * completed)] / 1e3;
    }
}
