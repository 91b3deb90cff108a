package dev.chainless.host;

import dev.chainless.spi.config.HostPort;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets that are open already: systemd opened them before it started this process, sd_listen_fds(3), so that a
 * port below 1024 needs no privilege here, and a restart loses no connection; or the process that this one goes on for hands
 * them over. A socket is a listener's by its name, {@code FileDescriptorName=} for systemd, or else by its address. Not
 * thread-safe.
 */
final class ActivatedSockets {
    private static final int FIRST_DESCRIPTOR = 3;

    /**
     * A socket.
     *
     * @param only the address that it is good for, null for any: whoever wrote systemd's units has said what he means, but the
     *     configuration of the process before may have had another address
     */
    private record Activated(String name, EpollServerSocketChannel channel, @Nullable InetSocketAddress only) {
        @Override
        public String toString() {
            return name + " (" + channel.localAddress() + ")";
        }
    }

    private final List<Activated> sockets = new ArrayList<>();

    private ActivatedSockets() {}

    /**
     * {@return the sockets that the environment of this process names, most often none}
     *
     * @throws StartException if there are some and epoll is not to be had, which alone can adopt them
     */
    static ActivatedSockets fromEnvironment() {
        return of(System.getenv(), ProcessHandle.current().pid(), FIRST_DESCRIPTOR);
    }

    static ActivatedSockets of(Map<String, String> environment, long pid, int firstDescriptor) {
        var activated = new ActivatedSockets();
        String count = environment.getOrDefault("LISTEN_FDS", "");
        // A child of the process that was meant inherits the variables, but not the descriptors.
        if (!count.matches("[0-9]{1,4}") || !Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            return activated;
        }
        int descriptors = Integer.parseInt(count);
        if (descriptors > 0 && !Epoll.isAvailable()) {
            throw new StartException("The service manager hands over sockets (LISTEN_FDS), which needs epoll, and that "
                    + "is not to be had here; take the .socket unit away");
        }
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        for (int i = 0; i < descriptors; i++) {
            String name = i < names.length ? names[i] : "";
            Descriptors.prepare(firstDescriptor + i, name);
            activated.sockets.add(new Activated(name, new EpollServerSocketChannel(firstDescriptor + i), null));
        }
        return activated;
    }

    /** {@return the sockets of the process before, by the names of its listeners} */
    static ActivatedSockets of(Map<String, FileDescriptor> handedOver) {
        var activated = new ActivatedSockets();
        handedOver.forEach((name, descriptor) -> {
            Descriptors.prepare(descriptor.intValue(), name);
            var channel = new EpollServerSocketChannel(descriptor.intValue());
            activated.sockets.add(new Activated(name, channel, channel.localAddress()));
        });
        return activated;
    }

    /**
     * {@return the socket of a listener, bound and listening but registered with no loop; null if there is none} It is
     * the caller's.
     *
     * @param listener its name
     * @param listen its address
     */
    @Nullable ServerChannel take(String listener, HostPort listen) {
        InetSocketAddress address = new InetSocketAddress(listen.host(), listen.port());
        for (Activated socket : sockets) {
            InetSocketAddress only = socket.only();
            if (socket.name().equals(listener) && (only == null || listen.port() == 0 || only.equals(address))) {
                return take(socket);
            }
        }
        for (Activated socket : sockets) {
            if (address.equals((SocketAddress) socket.channel().localAddress())) {
                return take(socket);
            }
        }
        return null;
    }

    private ServerChannel take(Activated socket) {
        sockets.remove(socket);
        return socket.channel();
    }

    /** Closes what no listener took. */
    void close() {
        sockets.forEach(socket -> socket.channel().unsafe().closeForcibly());
        sockets.clear();
    }

    /** {@return the sockets that no listener took, for a warning: name and address} */
    List<String> unused() {
        return sockets.stream().map(Activated::toString).toList();
    }
}
