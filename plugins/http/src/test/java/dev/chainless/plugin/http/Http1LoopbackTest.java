package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only a real socket shows: half-open connections, resets, readers that do not read. */
@Timeout(20)
class Http1LoopbackTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n";

    private final FakeContext context = new FakeContext();
    private final FakeIngress ingress = new FakeIngress();
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private ListenerCodec listener;
    private Channel server;

    @BeforeEach
    void listen() throws Exception {
        Configs configs = new Configs();
        configs.lingerBytes = 1 << 20;
        listener = new ListenerCodec(configs.listener(), context, ingress);
        server = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        listener.accept(channel, "web", 0);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    }

    @AfterEach
    void close() {
        await(() -> listener.connections(0) == 0);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.localAddress()).getPort());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String readAll(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.currentThread().isInterrupted(), "waited for too long");
            Thread.onSpinWait();
        }
    }

    private void onLoop(Runnable work) {
        group.next().submit(work).syncUninterruptibly();
    }

    @Test
    void answersAClientThatClosedItsSide() throws Exception {
        try (Socket socket = connect()) {
            send(socket, GET);
            await(() -> ingress.exchanges.size() == 1);
            socket.shutdownOutput();
            // The answer comes after the end of the input, which the loop sees in a turn of its own.
            onLoop(() -> {});
            onLoop(() -> ingress.respond(ingress.last(), 200, "ok"));
            assertTrue(readAll(socket).endsWith("\r\n\r\nok"));
        }
    }

    @Test
    void letsTheClientReadTheRefusalOfWhatItIsStillSending() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "NO REQUEST\r\n\r\n" + "x".repeat(500_000));
            assertTrue(readAll(socket).startsWith("HTTP/1.1 400 "));
        }
    }

    @Test
    void letsTheClientReadAnEarlyAnswer() throws Exception {
        ingress.onRequest = x -> ingress.respond(x, 413, "too long");
        try (Socket socket = connect()) {
            send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n" + "x".repeat(500_000));
            assertTrue(readAll(socket).endsWith("too long"));
        }
    }

    @Test
    void showsTheClientThatAnEndlessResponseBrokeOff() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET / HTTP/1.0\r\n\r\n");
            await(() -> ingress.exchanges.size() == 1);
            onLoop(() -> {
                ingress.downstream().head(ingress.last(), FakeIngress.head(200, Head.UNKNOWN_LENGTH));
                ingress.downstream().data(ingress.last(), Unpooled.copiedBuffer("half", StandardCharsets.US_ASCII));
                ingress.downstream().flush(ingress.last());
            });
            InputStream in = socket.getInputStream();
            while (in.read() != 'f') {
                // up to what was sent
            }
            onLoop(() -> ingress.downstream().reset(ingress.last()));
            assertThrows(IOException.class, in::readAllBytes);
        }
    }

    @Test
    void dropsClientsThatDoNotRead() throws Exception {
        try (Socket socket = connect()) {
            send(socket, GET);
            await(() -> ingress.exchanges.size() == 1);
            Exchange x = ingress.last();
            onLoop(() -> {
                ingress.downstream().head(x, FakeIngress.head(200, Long.MAX_VALUE));
                while (ingress.downstream().isWritable(x)) {
                    ingress.downstream().data(x, Unpooled.wrappedBuffer(new byte[1 << 20]));
                    ingress.downstream().flush(x);
                }
            });
            onLoop(() -> context.advance(Duration.ofSeconds(29)));
            assertFalse(ingress.events.contains("abort TIMED_OUT"));
            onLoop(() -> context.advance(Duration.ofSeconds(2)));
            assertEquals("abort TIMED_OUT", ingress.events.getLast());
            await(() -> listener.connections(0) == 0);
        }
    }

    @Test
    void waitsForSlowReaders() throws Exception {
        try (Socket socket = connect()) {
            send(socket, GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            await(() -> ingress.exchanges.size() == 1);
            byte[] body = new byte[8 << 20];
            onLoop(() -> {
                ingress.downstream().head(ingress.last(), FakeIngress.head(200, body.length));
                ingress.downstream().data(ingress.last(), Unpooled.wrappedBuffer(body));
                ingress.downstream().end(ingress.last(), null);
            });
            InputStream in = socket.getInputStream();
            int read = in.readNBytes(4 << 20).length;
            onLoop(() -> context.advance(Duration.ofSeconds(31)));
            read += in.readNBytes(1 << 20).length;
            assertEquals(5 << 20, read);
            assertTrue(in.readAllBytes().length > 3 << 20);
        }
    }

    @Test
    void saysWhenMoreOfTheResponseIsWelcome() throws Exception {
        try (Socket socket = connect()) {
            send(socket, GET);
            await(() -> ingress.exchanges.size() == 1);
            Exchange x = ingress.last();
            onLoop(() -> {
                ingress.downstream().head(x, FakeIngress.head(200, Long.MAX_VALUE));
                while (ingress.downstream().isWritable(x)) {
                    ingress.downstream().data(x, Unpooled.wrappedBuffer(new byte[1 << 20]));
                    ingress.downstream().flush(x);
                }
            });
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            // The client can have read all there is before the loop says so: a read that waits for more would wait for ever.
            await(() -> {
                try {
                    return ingress.events.contains("writable") || (in.available() > 0 && in.read(buffer) < 0);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertTrue(ingress.events.contains("writable"));
            onLoop(() -> ingress.downstream().reset(x));
        }
    }
}
