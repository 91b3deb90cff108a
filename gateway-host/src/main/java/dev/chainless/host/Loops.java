package dev.chainless.host;

import dev.chainless.config.RuntimeConfig;
import dev.chainless.config.RuntimeConfig.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** All event loops of a gateway, and the kind of socket that they drive. */
final class Loops {
    private final MultiThreadIoEventLoopGroup group;
    /** Accepts for all listeners. No stage ever runs on it, so that none can keep connections from being taken. */
    private final MultiThreadIoEventLoopGroup acceptor;
    private final ScheduledThreadPoolExecutor clock;
    private final List<Loop> loops;
    private final ReadBuffers readBuffers;
    private final Transport transport;

    Loops(RuntimeConfig config) {
        int count = config.loops() == 0 ? Runtime.getRuntime().availableProcessors() : config.loops();
        transport = choose(config.transport());
        IoHandlerFactory handlers = switch (transport) {
            case EPOLL -> EpollIoHandler.newFactory();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO, AUTO -> NioIoHandler.newFactory();
        };
        group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("loop", false), handlers);
        acceptor = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("accept", false), handlers);
        clock = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("clock")
                .inheritInheritableThreadLocals(false).factory(), new ThreadPoolExecutor.DiscardPolicy());
        var all = new ArrayList<Loop>();
        for (int i = 0; i < count; i++) {
            all.add(new Loop(i, group.next(), clock, (int) config.maxBuffered().bytes()));
        }
        loops = List.copyOf(all);
        readBuffers = new ReadBuffers((int) config.readBuffer().bytes());
        // Threads that start under a plugin's context class loader would keep it from being unloaded.
        for (Loop loop : loops) {
            loop.eventLoop().submit(() -> Thread.currentThread().setContextClassLoader(null)).syncUninterruptibly();
        }
        acceptor.submit(() -> Thread.currentThread().setContextClassLoader(null)).syncUninterruptibly();
    }

    private static Transport choose(Transport wanted) {
        return switch (wanted) {
            case AUTO -> Epoll.isAvailable() ? Transport.EPOLL : Transport.NIO;
            case EPOLL -> {
                require(Epoll.isAvailable(), "epoll", Epoll.unavailabilityCause());
                yield Transport.EPOLL;
            }
            case IO_URING -> {
                require(IoUring.isAvailable(), "io-uring", IoUring.unavailabilityCause());
                yield Transport.IO_URING;
            }
            case NIO -> Transport.NIO;
        };
    }

    private static void require(boolean available, String name, @org.jspecify.annotations.Nullable Throwable cause) {
        if (!available) {
            throw new StartException("runtime.transport = \"" + name + "\" is not to be had on this machine ("
                    + (cause == null ? "unknown reason" : cause.getMessage()) + "); use \"auto\"");
        }
    }

    int count() {
        return loops.size();
    }

    Loop get(int index) {
        return loops.get(index);
    }

    List<Loop> all() {
        return loops;
    }

    Transport transport() {
        return transport;
    }

    ReadBuffers readBuffers() {
        return readBuffers;
    }

    PooledByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    /** {@return the less loaded of two loops, or of all if that one is stalled} */
    Loop lessLoaded() {
        int count = loops.size();
        if (count == 1) {
            return loops.getFirst();
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int first = random.nextInt(count);
        int second = (first + 1 + random.nextInt(count - 1)) % count;
        Loop a = loops.get(first);
        Loop b = loops.get(second);
        Loop chosen = a.connections().get() <= b.connections().get() ? a : b;
        return chosen.isStalled() ? besides(chosen) : chosen;
    }

    private Loop besides(Loop stalled) {
        return loops.stream().filter(loop -> !loop.isStalled())
                .min(Comparator.comparingInt(loop -> loop.connections().get())).orElse(stalled);
    }

    /** {@return the loop of the current thread, else one of all} */
    Loop currentOrAny() {
        for (Loop loop : loops) {
            if (loop.inLoop()) {
                return loop;
            }
        }
        return lessLoaded();
    }

    /** Runs something on each loop, later; nowhere if the loops have stopped. */
    void eachLater(Consumer<Loop> task) {
        for (Loop loop : loops) {
            if (loop.eventLoop().isShuttingDown()) {
                return; // it has closed all connections itself
            }
            try {
                loop.execute(() -> task.accept(loop));
            } catch (RejectedExecutionException e) {
                return; // nothing runs there any more
            }
        }
    }

    /**
     * Runs something on each loop, and waits until all have.
     *
     * @return whether they did, within the time
     */
    boolean each(Consumer<Loop> task, Duration within) throws InterruptedException {
        var left = new CountDownLatch(loops.size());
        eachLater(loop -> {
            try {
                task.accept(loop);
            } finally {
                left.countDown();
            }
        });
        return left.await(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    Class<? extends Channel> socketType() {
        return switch (transport) {
            case EPOLL -> EpollSocketChannel.class;
            case IO_URING -> IoUringSocketChannel.class;
            case NIO, AUTO -> NioSocketChannel.class;
        };
    }

    ServerChannel serverChannel() {
        return switch (transport) {
            case EPOLL -> new EpollServerSocketChannel();
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO, AUTO -> new NioServerSocketChannel();
        };
    }

    /** {@return a socket for datagrams} */
    Bootstrap datagrams() {
        return new Bootstrap().option(ChannelOption.ALLOCATOR, allocator()).channel(switch (transport) {
            case EPOLL -> EpollDatagramChannel.class;
            case IO_URING -> IoUringDatagramChannel.class;
            case NIO, AUTO -> NioDatagramChannel.class;
        });
    }

    /** {@return the same with the option that lets each loop have its own at one address} */
    Bootstrap sharedDatagrams() {
        return switch (transport) {
            case EPOLL, IO_URING -> datagrams().option(UnixChannelOption.SO_REUSEPORT, true);
            case NIO, AUTO -> datagrams().option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        };
    }

    /** {@return where listening sockets live} */
    EventLoop acceptor() {
        return acceptor.next();
    }

    void stop() {
        clock.shutdownNow();
        var _ = acceptor.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
