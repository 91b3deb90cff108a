package dev.chainless.plugin.http;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;

/** Stops and resumes reading from a channel. Each change is a system call, so it is used under pressure only. */
final class ReadSwitch {
    /** The last of Linux's TCP states (tcp_states.h) in which the peer has not closed its side. */
    private static final int FIN_WAIT2 = 5;

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
        if (!wanted || !isPeerClosed()) {
            channel.config().setAutoRead(wanted);
        }
    }

    /**
     * When the peer closes its side while reading is stopped, Netty 4.2.18 reads what is left by itself, up to the end.
     * Meanwhile the channel has no interest left and is out of the epoll set, from which Netty does not recover: asking for
     * more would close the channel with an error.
     */
    private boolean isPeerClosed() {
        return channel instanceof EpollSocketChannel socket && socket.tcpInfo().state() > FIN_WAIT2;
    }
}
