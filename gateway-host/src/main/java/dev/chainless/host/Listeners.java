package dev.chainless.host;

import dev.chainless.config.ListenerConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets. A change of them is prepared, which may fail and is undone then, and goes into effect once what
 * serves them is published.
 */
final class Listeners {
    private static final Logger LOG = System.getLogger(Listeners.class.getName());

    private final Loops loops;
    private final Generations generations;
    private final HostMetrics metrics;
    private final AtomicInteger connections = new AtomicInteger();
    private ConnectionIds.@Nullable Key ids;
    private volatile int maxConnections;
    private volatile boolean accepting = true;
    private volatile Map<String, Bound> bound = Map.of();

    /** A listening socket and what it is for; beside it those of QUIC, null if it is not spoken. */
    private record Bound(ListenerConfig config, Channel channel, Acceptor acceptor, @Nullable QuicListener quic) {}

    Listeners(Loops loops, Generations generations, HostMetrics metrics) {
        this.loops = loops;
        this.generations = generations;
        this.metrics = metrics;
    }

    Loops loops() {
        return loops;
    }

    Generations generations() {
        return generations;
    }

    int maxConnections() {
        return maxConnections;
    }

    /** Accepts connections, or lets them wait in the sockets' queues. On any thread. */
    void accept(boolean now) {
        if (accepting != now) {
            accepting = now;
            bound.values().forEach(listener -> listener.channel().config().setAutoRead(now));
        }
    }

    /** {@return whether connections are accepted} */
    boolean accepts() {
        return accepting;
    }

    int connected() {
        return connections.incrementAndGet();
    }

    void disconnected() {
        connections.decrementAndGet();
    }

    int connections() {
        return connections.get();
    }

    Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> addresses = new TreeMap<>();
        bound.forEach((name, listener) -> addresses.put(name, (InetSocketAddress) listener.channel().localAddress()));
        return addresses;
    }

    /** A set of listeners that may come into effect. */
    final class Change {
        private final int most;
        private final Set<String> overQuic;
        private final List<QuicListener> openedQuic = new ArrayList<>();
        private final Map<String, Bound> next = new TreeMap<>();
        private final List<Channel> opened = new ArrayList<>();
        private final List<Bound> taken = new ArrayList<>();

        private Change(int most, Set<String> overQuic) {
            this.most = most;
            this.overQuic = overQuic;
        }

        private void add(String name, ListenerConfig config, @Nullable ServerChannel activated) {
            Bound before = bound.get(name);
            Bound reused =
                    before != null && before.config().listen().equals(config.listen()) ? before : renamed(config);
            Acceptor acceptor = before != null && before.equals(reused) ? before.acceptor()
                    : new Acceptor(Listeners.this, name, config.maxConnections(), metrics.listener(name));
            if (reused != null) {
                if (reused.config().backlog() != config.backlog() && !(reused.channel() instanceof UnixChannel)) {
                    throw new StartException(
                            "listeners." + name + ".backlog cannot change while the gateway runs with the "
                                    + "transport nio; restart it");
                }
                taken.add(reused);
                next.put(name, new Bound(config, reused.channel(), acceptor,
                        quic(name, config, reused.channel(), acceptor, reused.quic())));
                return;
            }
            Channel channel = open(name, config, activated, acceptor);
            next.put(name, new Bound(config, channel, acceptor, quic(name, config, channel, acceptor, null)));
        }

        private @Nullable QuicListener quic(String name, ListenerConfig config, Channel channel, Acceptor acceptor,
                @Nullable QuicListener before) {
            if (!overQuic.contains(name)) {
                return null;
            }
            if (before != null) {
                return before;
            }
            ConnectionIds.Key key = ids;
            if (key == null) {
                key = ConnectionIds.Key.fresh();
                ids = key;
            }
            var quic = new QuicListener(loops, key, acceptor, config.quic());
            openedQuic.add(quic);
            quic.bind((InetSocketAddress) channel.localAddress(), "listeners." + name + ".listen");
            return quic;
        }

        /** {@return the socket of a listener that goes, where one of another name comes in its place} */
        private @Nullable Bound renamed(ListenerConfig config) {
            return bound.values().stream().filter(old -> config.listen().port() != 0
                    && old.config().listen().equals(config.listen())).findFirst().orElse(null);
        }

        private Channel open(String name, ListenerConfig config, @Nullable ServerChannel activated, Acceptor acceptor) {
            ServerChannel server = activated == null ? loops.serverChannel() : activated;
            opened.add(server);
            server.config().setAutoRead(false); // nobody is served before all is published
            server.config().setOption(ChannelOption.SO_BACKLOG, config.backlog());
            server.config().setOption(ChannelOption.SO_REUSEADDR, true);
            server.pipeline().addLast(acceptor);
            loops.acceptor().register(server).syncUninterruptibly();
            if (activated == null) {
                InetSocketAddress address = new InetSocketAddress(config.listen().host(), config.listen().port());
                bound(server.bind(address), address, "listeners." + name + ".listen");
            }
            return server;
        }

        /** Closes what was opened for the change. */
        void undo() {
            opened.forEach(channel -> channel.close().syncUninterruptibly());
            openedQuic.forEach(QuicListener::close);
        }

        /**
         * Says that listeners go, before the generation without them is published.
         *
         * @param before the generation that goes
         */
        void leaving(Generation before) {
            bound.forEach((name, old) -> {
                if (!next.containsKey(name)) {
                    old.acceptor().leave(before.gates().get(name), before.tls().get(name));
                }
            });
        }

        /** Accepts connections at the new sockets and stops to accept at those that go. */
        void commit() {
            maxConnections = most;
            Map<String, Bound> before = bound;
            bound = Map.copyOf(next);
            next.forEach((name, now) -> {
                now.acceptor().limit(now.config().maxConnections());
                taken.stream().filter(old -> old.channel().equals(now.channel())).forEach(old -> take(old, now));
            });
            opened.forEach(channel -> channel.config().setAutoRead(accepting));
            next.values().forEach(now -> {
                if (now.quic() != null) {
                    now.quic().serve(now.acceptor(), now.config().quic());
                }
            });
            before.values().stream().filter(old -> !taken.contains(old))
                    .forEach(old -> old.channel().close().syncUninterruptibly());
            before.values().forEach(old -> {
                if (old.quic() != null && next.values().stream().noneMatch(now -> old.quic().equals(now.quic()))) {
                    old.quic().leave();
                }
            });
        }

        private void take(Bound old, Bound now) {
            if (old.acceptor() != now.acceptor()) {
                old.channel().pipeline().replace(old.acceptor(), null, now.acceptor());
            }
            if (old.config().backlog() != now.config().backlog() && now.channel() instanceof UnixChannel unix
                    && unix.fd() instanceof Socket socket) {
                try {
                    socket.listen(now.config().backlog()); // a second listen(2) changes nothing but the backlog
                } catch (IOException e) {
                    LOG.log(Level.WARNING, "A listener keeps its backlog: {0}", e.getMessage());
                }
            }
        }
    }

    /**
     * Prepares the sockets of a configuration: binds those that are new, or takes what the service manager has bound.
     *
     * @param next the listeners by name
     * @param overQuic the names of those that speak QUIC too
     * @param most connections over all of them
     * @param activated the service manager's socket for a listener, null for none
     * @throws StartException if an address cannot be bound; then nothing has changed
     */
    Change prepare(Map<String, ListenerConfig> next, Set<String> overQuic, int most,
            BiFunction<String, ListenerConfig, @Nullable ServerChannel> activated) {
        var change = new Change(most, overQuic);
        boolean whole = false;
        try {
            next.forEach((name, config) -> change.add(name, config, activated.apply(name, config)));
            whole = true;
            return change;
        } finally {
            if (!whole) {
                change.undo();
            }
        }
    }

    /** {@return the channel once it is bound, or a sentence why it cannot be} */
    static Channel bound(ChannelFuture bind, InetSocketAddress address, String key) {
        bind.awaitUninterruptibly();
        Throwable cause = bind.cause();
        if (cause == null) {
            return bind.channel();
        }
        var _ = bind.channel().close();
        String shown = address.getHostString() + ":" + address.getPort();
        String message = String.valueOf(cause.getMessage());
        if (message.contains("in use")) {
            throw new StartException("The address " + shown + " (" + key + ") is taken by another program; "
                    + "stop that, or choose another address");
        }
        if (message.contains("ermission denied")) {
            throw new StartException("No permission to listen on " + shown + " (" + key
                    + "); choose a port above 1023, or give the program CAP_NET_BIND_SERVICE");
        }
        throw new StartException("Cannot listen on " + shown + " (" + key + "): " + message);
    }

    /** {@return the sockets that accept connections of TCP, by the names of the listeners} */
    Map<String, Channel> sockets() {
        Map<String, Channel> sockets = new TreeMap<>();
        bound.forEach((name, listener) -> sockets.put(name, listener.channel()));
        return sockets;
    }

    /** Stops to accept. What waits in the socket's queue is accepted first, so that nobody is reset. */
    void close() {
        bound.values().forEach(listener -> {
            listener.channel().close().syncUninterruptibly();
            if (listener.quic() != null) {
                listener.quic().leave();
            }
        });
    }
}
