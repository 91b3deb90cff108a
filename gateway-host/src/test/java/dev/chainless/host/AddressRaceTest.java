package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressRaceTest {
    private static final Duration DELAY = Duration.ofMillis(100);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<Socket> queued = new ArrayList<>();
    private ServerSocket answers;
    private ServerSocket silent;
    private InetSocketAddress refuses;

    @BeforeEach
    void begin() throws IOException {
        answers = listen(10);
        // Linux drops what comes when the queue is full, as a network does that swallows packets.
        silent = listen(1);
        for (int i = 0; i < 2; i++) {
            queued.add(new Socket(silent.getInetAddress(), silent.getLocalPort()));
        }
        try (ServerSocket closed = listen(1)) {
            refuses = at(closed);
        }
    }

    @AfterEach
    void end() throws IOException {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        answers.close();
        silent.close();
        for (Socket each : queued) {
            each.close();
        }
    }

    private static ServerSocket listen(int backlog) throws IOException {
        var server = new ServerSocket();
        server.bind(new InetSocketAddress("127.0.0.1", 0), backlog);
        return server;
    }

    private static InetSocketAddress at(ServerSocket server) {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private InetSocketAddress race(Duration timeout, InetSocketAddress... addresses) throws Exception {
        var won = new CompletableFuture<InetSocketAddress>();
        var bootstrap = new Bootstrap().channel(NioSocketChannel.class).handler(new ChannelInboundHandlerAdapter() {
            @Override
            public boolean isSharable() {
                return true;
            }
        });
        new AddressRace(bootstrap, group.next(), List.of(addresses), DELAY, timeout, new AddressRace.Outcome() {
            @Override
            public void connected(Channel channel, InetSocketAddress address) {
                if (!won.complete(address)) {
                    won.obtrudeException(new AssertionError("called twice"));
                }
            }

            @Override
            public void failed(Throwable cause) {
                won.completeExceptionally(cause);
            }
        }).start();
        return won.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aSilentAddressIsPassedAfterTheDelayAndARefusedOneAtOnce() throws Exception {
        long begin = System.nanoTime();
        assertEquals(at(answers), race(Duration.ofSeconds(10), at(silent), at(answers)));
        assertTrue(System.nanoTime() - begin >= DELAY.toNanos());
        assertEquals(at(answers), race(Duration.ofSeconds(10), refuses, refuses, at(answers)));
        assertEquals(at(answers), race(Duration.ofSeconds(10), at(answers), at(silent)));
        for (int i = 0; i < 3; i++) {
            answers.accept().close();
        }
    }

    @Test
    void theNextIsNotTriedOnceOneIsThere() throws Exception {
        try (ServerSocket other = listen(10)) {
            assertEquals(at(answers), race(Duration.ofSeconds(10), at(silent), at(answers), at(other)));
            other.setSoTimeout(1);
            assertThrows(IOException.class, other::accept, "the third was not tried");
        }
    }

    @Test
    void whenNoneIsThereTheLastOneSaysWhy() {
        assertInstanceOf(ConnectException.class, assertThrows(ExecutionException.class,
                () -> race(Duration.ofSeconds(10), refuses, refuses)).getCause());
        assertInstanceOf(ConnectTimeoutException.class, assertThrows(ExecutionException.class,
                () -> race(Duration.ofMillis(300), at(silent), at(silent))).getCause());
    }

    @Test
    void familiesTakeTurnsAndSoDoAddresses() {
        List<InetSocketAddress> known = List.of("10.0.0.1", "10.0.0.2", "::1", "10.0.0.3").stream()
                .map(host -> new InetSocketAddress(host, 1)).toList();
        assertEquals(List.of(known.get(2), known.get(0), known.get(1), known.get(3)),
                AddressRace.order(known, true, 0));
        assertEquals(List.of(known.get(1), known.get(2), known.get(3), known.get(0)),
                AddressRace.order(known, false, 1));
        assertEquals(4, AddressRace.order(known, false, Integer.MAX_VALUE + 1).size());
    }
}
