package dev.chainless.plugin.http;

import io.netty.channel.Channel;
import java.io.UncheckedIOException;

/** Stops and resumes reading from a channel. Each change is a system call, so it is used under pressure only. */
final class ReadSwitch {
    private final Channel channel;
    private boolean on = true;

    ReadSwitch(Channel channel) {
        this.channel = channel;
    }

    /** Reads, or does not. What was read already is still delivered. */
    void set(boolean wanted) {
        // A write that failed has closed the channel already, though its end has not been announced yet.
        if (wanted == on || !channel.isOpen()) {
            return;
        }
        on = wanted;
        try {
            channel.config().setAutoRead(wanted);
        } catch (UncheckedIOException e) {
            // The peer has closed its side while reading was stopped. Netty 4.2.18 then has taken the channel out of the
            // epoll set, so that asking for events fails; but it reads all that is left by itself, up to the end.
            on = true;
        }
    }
}
