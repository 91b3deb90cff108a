package dev.chainless.host;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets of the process that this one goes on for; {@link Successor} is the other side, and says what goes over
 * the wire.
 */
final class Takeover implements AutoCloseable {
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_SOCKETS = 4096;
    private static final long PATIENCE_SECONDS = 10;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
            new DefaultThreadFactory("upgrade", true), EpollIoHandler.newFactory());
    private final BlockingQueue<Object> received = new ArrayBlockingQueue<>(MAX_SOCKETS);
    private final Channel channel;

    private Takeover(String path) {
        var connected = new Bootstrap().group(group).channel(EpollDomainSocketChannel.class)
                .handler(new ChannelInboundHandlerAdapter() {
                    private final StringBuilder line = new StringBuilder();

                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        if (message instanceof ByteBuf bytes) {
                            line.append(bytes.toString(StandardCharsets.UTF_8));
                            bytes.release();
                            if (line.length() > MAX_LINE) {
                                var _ = context.close();
                            } else if (!line.isEmpty() && line.charAt(line.length() - 1) == '\n') {
                                received.add(line.toString().strip());
                                line.setLength(0);
                            }
                        } else if (!received.offer(message)) {
                            var _ = context.close();
                        }
                    }

                    @Override
                    public void channelInactive(ChannelHandlerContext context) {
                        var _ = received.offer(new IOException("the process before closed the connection"));
                    }
                }).connect(new DomainSocketAddress(path)).awaitUninterruptibly();
        if (!connected.isSuccess()) {
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new StartException(Successor.VARIABLE + " names " + path
                    + ", where no process hands over its sockets; start the gateway without it", connected.cause());
        }
        channel = connected.channel();
    }

    /** {@return what the environment of this process says, null for a start without a process before} */
    static @Nullable Takeover fromEnvironment() {
        String path = System.getenv(Successor.VARIABLE);
        return path == null || path.isEmpty() ? null : new Takeover(path);
    }

    /**
     * {@return the sockets by their names, as descriptors of this process}
     *
     * @throws StartException if the process before does not give them
     */
    Map<String, FileDescriptor> sockets() {
        String[] names = next(String.class).split(" ", -1);
        ((EpollDomainSocketChannel) channel).config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
        say('G');
        Map<String, FileDescriptor> sockets = new LinkedHashMap<>();
        for (String name : names) {
            if (!name.isEmpty()) {
                sockets.put(name, next(FileDescriptor.class));
            }
        }
        return sockets;
    }

    /** Waits until the address of the admin server is free. */
    void freeAdmin() {
        ((EpollDomainSocketChannel) channel).config().setReadMode(DomainSocketReadMode.BYTES);
        say('A');
        next(String.class);
    }

    /** This process serves: the one before may go. */
    void ready() {
        say('R');
    }

    private void say(char letter) {
        var _ = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) letter})).awaitUninterruptibly();
    }

    private <T> T next(Class<T> type) {
        try {
            Object next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (type.isInstance(next)) {
                return type.cast(next);
            }
            throw new StartException("The process before does not hand over its sockets: "
                    + (next instanceof IOException e ? e.getMessage()
                            : "it says nothing for " + PATIENCE_SECONDS + " s"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("The gateway stops", e);
        }
    }

    @Override
    public void close() {
        var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
