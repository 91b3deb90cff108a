package dev.chainless.plugin.http;

import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;

/** Tells QUIC the priorities of RFC 9218: a smaller number goes first. */
final class Priorities {
    /** Of one urgency each, not incremental and incremental. */
    private static final QuicStreamPriority[] ALL = new QuicStreamPriority[2 * Priority.URGENCIES];

    static {
        for (int i = 0; i < ALL.length; i++) {
            ALL[i] = new QuicStreamPriority(Priority.urgency(i), Priority.isIncremental(i));
        }
    }

    private Priorities() {}

    static void apply(QuicStreamChannel stream, int priority) {
        if (stream.isActive() && !ALL[priority].equals(stream.priority())) {
            var _ = stream.updatePriority(ALL[priority]);
        }
    }
}
