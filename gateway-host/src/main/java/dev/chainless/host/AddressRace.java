package dev.chainless.host;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to whichever address of an endpoint is there first, as RFC 8305 section 5 has it: the next address is tried when
 * one has failed, or has taken longer than the attempt delay, which does not end its own attempt; the first that is
 * connected wins and the others are closed. With one address it is a plain connect. On its loop only.
 */
final class AddressRace {
    /** What becomes of it; one of the two is called, once. */
    interface Outcome {
        void connected(Channel channel, InetSocketAddress address);

        void failed(Throwable cause);
    }

    private final Bootstrap bootstrap;
    private final EventLoop loop;
    private final List<InetSocketAddress> addresses;
    private final Duration delay;
    private final Outcome outcome;
    private final long end;
    private final Set<Channel> running = new HashSet<>();
    private int next;
    private boolean over;
    private @Nullable Future<?> impatience;

    /**
     * Prepares it.
     *
     * @param bootstrap how a channel is made; its handler is sharable
     * @param addresses at least one, in the order in which they are tried
     * @param delay until the next one is tried
     * @param timeout for all together
     */
    AddressRace(Bootstrap bootstrap, EventLoop loop, List<InetSocketAddress> addresses, Duration delay,
            Duration timeout, Outcome outcome) {
        this.bootstrap = bootstrap.group(loop);
        this.loop = loop;
        this.addresses = addresses;
        this.delay = delay;
        this.outcome = outcome;
        this.end = System.nanoTime() + timeout.toNanos();
    }

    /**
     * {@return addresses in the order in which a connection should try them} Families take turns (RFC 8305 section 4); within a
     * family each address is the first one in its turn.
     *
     * @param six whether IPv6 begins
     * @param turn a number that grows by one
     */
    static List<InetSocketAddress> order(List<InetSocketAddress> known, boolean six, int turn) {
        List<InetSocketAddress> near = new ArrayList<>();
        List<InetSocketAddress> far = new ArrayList<>();
        known.forEach(each -> (isSix(each) == six ? near : far).add(each));
        Collections.rotate(near, -turn);
        Collections.rotate(far, -turn);
        List<InetSocketAddress> order = new ArrayList<>(known.size());
        for (int i = 0; order.size() < known.size(); i++) {
            if (i < near.size()) {
                order.add(near.get(i));
            }
            if (i < far.size()) {
                order.add(far.get(i));
            }
        }
        return order;
    }

    static boolean isSix(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address;
    }

    /** Begins the next attempt, if there is one. */
    void start() {
        // In a task of its own: a descriptor that was closed and is used again within one batch of epoll's events would
        // get the old one's, and be closed before it connects.
        loop.execute(this::attempt);
    }

    private void attempt() {
        if (over || next == addresses.size()) {
            return;
        }
        InetSocketAddress address = addresses.get(next++);
        long left = Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis());
        ChannelFuture future = bootstrap.clone().option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) left)
                .connect(address);
        running.add(future.channel());
        if (next < addresses.size()) {
            impatience = loop.schedule(this::attempt, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
        future.addListener(_ -> ended(future, address));
    }

    private void ended(ChannelFuture future, InetSocketAddress address) {
        running.remove(future.channel());
        if (over) {
            var _ = future.channel().close();
            return;
        }
        if (impatience != null) {
            impatience.cancel(false);
        }
        if (future.isSuccess()) {
            over = true;
            for (Channel channel : List.copyOf(running)) {
                var _ = channel.close(); // it takes itself off
            }
            outcome.connected(future.channel(), address);
        } else if (next < addresses.size() && System.nanoTime() - end < 0) {
            start();
        } else if (running.isEmpty()) {
            over = true;
            outcome.failed(future.cause());
        }
    }
}
