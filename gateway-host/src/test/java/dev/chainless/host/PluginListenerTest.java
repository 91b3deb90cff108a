package dev.chainless.host;

import static dev.chainless.host.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.config.GatewayConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The listener of a protocol whose plugin comes and goes. Runs where the host is a module, as {@link PluginLifeTest} does. */
@EnabledIfSystemProperty(named = "jdk.module.path", matches = ".+")
class PluginListenerTest {
    /** Says one byte to whom it accepts. */
    private static final String WIRE = """
            package probe.wire;
            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            import io.netty.buffer.Unpooled;
            import io.netty.channel.*;
            public final class Main implements ProtocolPlugin<Main.Config, Main.Config> {
                record Config() {}
                public String name() { return "wire"; }
                public Class<Config> config() { return Config.class; }
                public Class<Config> upstreamConfig() { return Config.class; }
                public java.lang.invoke.MethodHandles.Lookup lookup() { return java.lang.invoke.MethodHandles.lookup(); }
                public HttpListener listener(Config c, PluginContext x, HttpIngress ingress) {
                    return new HttpListener() {
                        public void accept(Channel channel, String listener, int loop) {
                            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                                public void channelActive(ChannelHandlerContext ctx) {
                                    ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'w'}))
                                            .addListener(ChannelFutureListener.CLOSE);
                                }
                            });
                        }
                        public void drain(int loop, java.time.Duration within) {}
                        public int connections(int loop) { return 0; }
                    };
                }
                public HttpUpstream upstream(Config c, PluginContext x) {
                    throw new IllegalArgumentException("no upstream");
                }
            }
            """;

    @TempDir
    Path work;

    @Test
    void isOpenWhileItsPluginIsThere() throws Exception {
        Path directory = Files.createDirectory(work.resolve("plugins"));
        Path made = new PluginSources(Files.createDirectory(work.resolve("sources"))).jar("wire", "1", WIRE,
                PluginSources.descriptor("wire"));
        GatewayConfig config = GatewayConfig.builder()
                .runtime(r -> r.set("plugins-directory", directory).set("state-directory", work.resolve("state"))
                        .set("loops", 1))
                .admin(a -> a.set("enabled", false)).plugin("wire", p -> p.set("optional", true))
                .listener("odd", l -> l.set("listen", "127.0.0.1:0").set("protocol", "wire"))
                .route("all", r -> r.set("to", Map.of("respond", Map.of("status", 200)))).build();
        try (Gateway gateway = Gateway.start(config)) {
            assertEquals(Map.of(), gateway.addresses());
            AdminView.PluginRow absent = new GatewayView(gateway).plugins().getFirst();
            assertEquals("absent", absent.state());
            assertEquals(List.of("listener odd"), absent.uses());
            for (int round = 0; round < 2; round++) {
                Path jar = Files.copy(made, directory.resolve("wire.jar"));
                await("it is open", () -> gateway.addresses().size() == 1);
                InetSocketAddress address = gateway.addresses().get("odd");
                assertEquals('w', read(address));
                Files.delete(jar);
                await("it is closed", () -> gateway.addresses().isEmpty() && refuses(address));
            }
        }
    }

    private static int read(InetSocketAddress address) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(10_000);
            return socket.getInputStream().read();
        }
    }

    private static boolean refuses(InetSocketAddress address) {
        try {
            read(address);
            return false; // it was on its way
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false; // likewise
        }
    }
}
