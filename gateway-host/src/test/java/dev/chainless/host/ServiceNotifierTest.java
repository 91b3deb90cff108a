package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceNotifierTest {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Channel listen(String path) {
        return new Bootstrap().group(group).channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                        heard.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                }).bind(new DomainSocketAddress(path)).syncUninterruptibly().channel();
    }

    private String next() throws InterruptedException {
        return heard.poll(10, TimeUnit.SECONDS);
    }

    private void tells(String variable) throws InterruptedException {
        try (ServiceNotifier notifier = ServiceNotifier.of(Map.of("NOTIFY_SOCKET", variable), 7)) {
            notifier.ready();
            notifier.status("12 routes\nserved");
            notifier.stopping();
            notifier.watch(() -> true);
        }
        assertEquals("READY=1", next());
        assertEquals("STATUS=12 routes served", next());
        assertEquals("STOPPING=1", next());
        assertNull(heard.poll());
    }

    @Test
    void tellsASocketInTheFileSystem() throws InterruptedException {
        String path = folder.resolve("notify").toString();
        listen(path);
        tells(path);
    }

    @Test
    void tellsAnAbstractSocket() throws InterruptedException {
        String name = "chainless-test-" + ProcessHandle.current().pid();
        listen("\0" + name);
        tells("@" + name);
    }

    @Test
    void theWatchdogHearsOfTheLivingOnly() throws InterruptedException {
        String path = folder.resolve("notify").toString();
        listen(path);
        AtomicBoolean alive = new AtomicBoolean(true);
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", "20000", "WATCHDOG_PID", "7");
        try (ServiceNotifier notifier = ServiceNotifier.of(environment, 7)) {
            notifier.watch(alive::get);
            assertEquals("WATCHDOG=1", next());
            assertEquals("WATCHDOG=1", next());
            alive.set(false);
            notifier.status("the last");
            String line = next();
            while ("WATCHDOG=1".equals(line)) {
                line = next();
            }
            assertEquals("STATUS=the last", line);
        }
        heard.clear();
        try (ServiceNotifier other = ServiceNotifier.of(environment, 8)) {
            other.watch(() -> true);
            other.ready();
        }
        assertEquals("READY=1", next());
        assertNull(heard.poll());
    }

    @Test
    void isSilentWithoutAServiceManager() {
        for (Map<String, String> environment : java.util.List.of(Map.<String, String>of(),
                Map.of("NOTIFY_SOCKET", "vsock:2:1"),
                Map.of("NOTIFY_SOCKET", folder.resolve("nobody").toString()))) {
            try (ServiceNotifier notifier = ServiceNotifier.of(environment, 7)) {
                notifier.ready();
                notifier.watch(() -> true);
            }
        }
    }
}
