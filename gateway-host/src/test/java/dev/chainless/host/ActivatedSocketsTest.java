package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.config.HostPort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@SuppressWarnings("restricted") // native calls, of the C library alone
class ActivatedSocketsTest {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private static MethodHandle libc(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
    }

    /** Opens a socket as systemd does: blocking, bound and listening. */
    private static int listening() throws Throwable {
        int fd = (int) libc("socket", FunctionDescriptor.of(INT, INT, INT, INT)).invokeExact(2, 1, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(16);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) 2); // AF_INET
            address.set(ValueLayout.JAVA_INT, 4, 0x0100007f); // 127.0.0.1, port 0
            MethodHandle bind = libc("bind", FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT));
            assertEquals(0, (int) bind.invokeExact(fd, address, 16));
        }
        assertEquals(0, (int) libc("listen", FunctionDescriptor.of(INT, INT, INT)).invokeExact(fd, 16));
        assertEquals(0, Descriptors.flags(fd) & Descriptors.O_NONBLOCK);
        return fd;
    }

    private static Map<String, String> environment(String names) {
        return Map.of("LISTEN_FDS", "1", "LISTEN_PID", "7", "LISTEN_FDNAMES", names);
    }

    @Test
    void aSocketIsFoundByItsNameAndServes() throws Throwable {
        int fd = listening();
        ActivatedSockets sockets = ActivatedSockets.of(environment("web"), 7, fd);
        assertTrue((Descriptors.flags(fd) & Descriptors.O_NONBLOCK) != 0);
        assertNull(sockets.take("other", new HostPort("127.0.0.1", 1)));
        assertEquals(1, sockets.unused().size());
        ServerChannel server = sockets.take("web", new HostPort("127.0.0.1", 1));
        assertNotNull(server);
        assertEquals(0, sockets.unused().size());
        assertNull(sockets.take("web", new HostPort("127.0.0.1", 1)));
        serves(server);
    }

    @Test
    void aSocketIsFoundByItsAddress() throws Throwable {
        int fd = listening();
        int port;
        ActivatedSockets sockets = ActivatedSockets.of(environment("gateway.socket"), 7, fd);
        String unused = sockets.unused().getFirst();
        port = Integer.parseInt(unused.substring(unused.lastIndexOf(':') + 1, unused.length() - 1));
        assertNull(sockets.take("web", new HostPort("127.0.0.1", port + 1)));
        ServerChannel server = sockets.take("web", new HostPort("127.0.0.1", port));
        assertNotNull(server);
        serves(server);
    }

    private static void serves(ServerChannel server) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Channel registered = new ServerBootstrap().group(group).channelFactory(() -> server)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel accepted) {
                            accepted.eventLoop().execute(
                                    () -> accepted.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {42})));
                        }
                    }).register().syncUninterruptibly().channel();
            var address = (InetSocketAddress) registered.localAddress();
            for (int i = 0; i < 3; i++) {
                try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                    socket.setSoTimeout(10_000);
                    assertEquals(42, socket.getInputStream().read());
                }
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void variablesOfAnotherProcessAreIgnored() {
        Map<String, String> inherited = Map.of("LISTEN_FDS", "1", "LISTEN_PID", "8");
        assertEquals(0, ActivatedSockets.of(inherited, 7, 3).unused().size());
        assertEquals(0, ActivatedSockets.of(Map.of(), 7, 3).unused().size());
        assertEquals(0, ActivatedSockets.of(Map.of("LISTEN_FDS", "x", "LISTEN_PID", "7"), 7, 3).unused().size());
    }

    @Test
    void aDescriptorThatIsNotThereIsOneSentence() {
        StartException e = assertThrows(StartException.class,
                () -> ActivatedSockets.of(environment("web"), 7, 9_999));
        assertTrue(e.getMessage().contains("9999"), e.getMessage());
    }
}
