package dev.chainless.host;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd how a service of {@code Type=notify} is: sd_notify(3) by its datagram socket. Does nothing where no
 * service manager asked for it. Thread-safe; a service manager that does not listen is logged, and no reason to stop.
 */
final class ServiceNotifier implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ServiceNotifier.class.getName());

    private final @Nullable MultiThreadIoEventLoopGroup group;
    private final @Nullable Channel channel;
    private final long watchdogMicros;
    private @Nullable ScheduledFuture<?> watchdog;

    private ServiceNotifier(@Nullable DomainSocketAddress manager, long watchdogMicros) {
        this.watchdogMicros = watchdogMicros;
        if (manager == null) {
            group = null;
            channel = null;
            return;
        }
        group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("service-notifier", true),
                EpollIoHandler.newFactory());
        ChannelFuture connected = new Bootstrap().group(group).channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter()).connect(manager).awaitUninterruptibly();
        channel = connected.isSuccess() ? connected.channel() : null;
        if (channel == null) {
            LOG.log(Level.WARNING, "The service manager cannot be notified: {0}", connected.cause());
        }
    }

    /** {@return a notifier of the service manager that the environment names, if it names one} */
    public static ServiceNotifier fromEnvironment() {
        return of(System.getenv(), ProcessHandle.current().pid());
    }

    static ServiceNotifier of(Map<String, String> environment, long pid) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        // Other address families, vsock: for example, are for virtual machines.
        if (!socket.startsWith("/") && !socket.startsWith("@")) {
            return new ServiceNotifier(null, 0);
        }
        if (!Epoll.isAvailable()) {
            LOG.log(Level.WARNING, "The service manager is not notified, since epoll is not to be had here");
            return new ServiceNotifier(null, 0);
        }
        // An abstract name begins with a zero byte, which the variable spells "@".
        String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
        String watched = environment.getOrDefault("WATCHDOG_PID", "");
        boolean mine = watched.isEmpty() || watched.equals(Long.toString(pid));
        return new ServiceNotifier(new DomainSocketAddress(path),
                mine ? micros(environment.getOrDefault("WATCHDOG_USEC", "")) : 0);
    }

    private static long micros(String text) {
        return text.matches("[0-9]{1,15}") ? Long.parseLong(text) : 0;
    }

    /** Says that the service is ready for traffic. */
    public void ready() {
        send("READY=1");
    }

    /** Says that another process is the service from now on. */
    public void succeededBy(long pid) {
        send("MAINPID=" + pid);
    }

    /** Says that the service drains and will end. */
    public void stopping() {
        send("STOPPING=1");
    }

    /**
     * Shows a line in {@code systemctl status}.
     *
     * @param line what the service does
     */
    public void status(String line) {
        send("STATUS=" + line.replace('\n', ' '));
    }

    /**
     * Tells the service manager's watchdog that the service lives, twice in the time that it asks for. Nothing happens
     * where the unit has no {@code WatchdogSec=}.
     *
     * @param alive asked each time on a thread of the notifier; while it says false the watchdog hears nothing
     */
    public synchronized void watch(BooleanSupplier alive) {
        if (group == null || channel == null || watchdogMicros == 0 || watchdog != null) {
            return;
        }
        long period = Math.max(1, watchdogMicros / 2);
        watchdog = group.next().scheduleAtFixedRate(() -> {
            if (alive.getAsBoolean()) {
                send("WATCHDOG=1");
            }
        }, 0, period, TimeUnit.MICROSECONDS);
    }

    private void send(String message) {
        if (channel == null) {
            return;
        }
        channel.writeAndFlush(ByteBufUtil.writeUtf8(channel.alloc(), message)).addListener(sent -> {
            if (!sent.isSuccess()) {
                LOG.log(Level.WARNING, "The service manager cannot be notified: {0}", sent.cause());
            }
        });
    }

    /** Waits until everything is sent, at most two seconds. */
    @Override
    public void close() {
        if (group == null) {
            return;
        }
        if (channel != null) {
            channel.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
