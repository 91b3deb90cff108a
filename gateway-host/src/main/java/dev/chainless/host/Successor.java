package dev.chainless.host;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process that is to go on where this one leaves: it is started, given the listening sockets, and waited for until it
 * serves. The sockets stay open here too, so that whatever goes wrong, this process goes on as if nothing had been.
 *
 * <p>Both speak over a Unix socket in a folder that nobody else may enter, and whose other end must be the process that was
 * started: a line of names, separated by spaces; {@code G} from the successor; a descriptor for each name (SCM_RIGHTS);
 * {@code A} from the successor when it wants the admin server's address, and a line when that is free; and {@code R} from the
 * successor once it serves ({@link Takeover} is the other side).
 */
final class Successor {
    private static final Logger LOG = System.getLogger(Successor.class.getName());
    /** Names the socket to the process that is started. */
    static final String VARIABLE = "CHAINLESS_TAKE_OVER";

    private final List<String> command;
    private final Map<String, Channel> sockets;
    private final Runnable closeAdmin;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

    /**
     * Prepares a successor.
     *
     * @param command that starts it
     * @param sockets that it is given, by name: bound, of epoll
     * @param closeAdmin makes the admin server's address free; may block
     */
    Successor(List<String> command, Map<String, Channel> sockets, Runnable closeAdmin) {
        this.command = command;
        this.sockets = sockets;
        this.closeAdmin = closeAdmin;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @param within how long that may take
     * @return the process
     * @throws StartException in one sentence, if it does not come to that; then it is gone
     */
    Process start(Duration within) {
        for (Channel socket : sockets.values()) {
            if (!(socket instanceof UnixChannel)) {
                throw new StartException(
                        "Only sockets of epoll can be handed over, and runtime.transport says otherwise; "
                                + "restart the gateway instead");
            }
        }
        Path folder = null;
        Process process = null;
        var group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("upgrade", true),
                EpollIoHandler.newFactory());
        boolean serves = false;
        try {
            folder = Files.createTempDirectory("chainless-upgrade",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path socket = folder.resolve("socket");
            var started = new CompletableFuture<Long>();
            new ServerBootstrap().group(group).channel(EpollServerDomainSocketChannel.class)
                    .childOption(ChannelOption.AUTO_READ, true)
                    .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                        @Override
                        protected void initChannel(EpollDomainSocketChannel channel) {
                            var _ = started.thenAccept(pid -> channel.eventLoop().execute(() -> welcome(channel, pid)));
                        }
                    }).bind(new DomainSocketAddress(socket.toFile())).sync();
            var builder = new ProcessBuilder(command).inheritIO();
            builder.environment().put(VARIABLE, socket.toString());
            // Sockets of the service manager are this process's, and the successor gets them from it.
            List.of("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES").forEach(builder.environment()::remove);
            process = builder.start();
            var _ = process.onExit().thenAccept(ended -> ready.completeExceptionally(
                    new IOException(
                            "it ended with status " + ended.exitValue() + " before it served; its log says why")));
            started.complete(process.pid());
            ready.get(within.toNanos(), TimeUnit.NANOSECONDS);
            serves = true;
            return process;
        } catch (IOException e) {
            throw new StartException("The successor cannot be started: " + e.getMessage(), e);
        } catch (ExecutionException e) {
            throw new StartException("There is no successor: " + Objects.requireNonNull(e.getCause()).getMessage(), e);
        } catch (TimeoutException e) {
            throw new StartException("There is no successor: it did not serve within " + within.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("The gateway stops", e);
        } finally {
            if (!serves && process != null) {
                process.destroyForcibly();
            }
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            delete(folder);
        }
    }

    private void welcome(EpollDomainSocketChannel channel, long pid) {
        try {
            if (channel.peerCredentials().pid() != pid) {
                LOG.log(Level.WARNING,
                        "Process {0} asked for the listening sockets and is not the one that was started",
                        Integer.toString(channel.peerCredentials().pid()));
                var _ = channel.close();
                return;
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
            return;
        }
        channel.pipeline().addLast(new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, ByteBuf said) {
                while (said.isReadable()) {
                    byte letter = said.readByte();
                    if (letter == 'G') {
                        sockets.values().forEach(socket -> {
                            FileDescriptor descriptor = ((UnixChannel) socket).fd();
                            var _ = context.writeAndFlush(descriptor);
                        });
                    } else if (letter == 'A') {
                        Thread.ofVirtual().name("upgrade").start(() -> {
                            closeAdmin.run();
                            var _ = context.writeAndFlush(Unpooled.copiedBuffer("free\n", StandardCharsets.US_ASCII));
                        });
                    } else if (letter == 'R') {
                        ready.complete(true);
                    }
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext context) {
                ready.completeExceptionally(new IOException("it gave up before it served; its log says why"));
            }
        });
        var _ = channel.writeAndFlush(Unpooled.copiedBuffer(String.join(" ", sockets.keySet()) + "\n",
                StandardCharsets.UTF_8));
    }

    private static void delete(java.nio.file.@org.jspecify.annotations.Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve("socket"));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The folder of the upgrade stays", e);
        }
    }
}
