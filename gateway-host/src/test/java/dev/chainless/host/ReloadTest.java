package dev.chainless.host;

import static dev.chainless.host.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.ConfigException;
import dev.chainless.config.GatewayBuilder;
import dev.chainless.config.GatewayConfig;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Handover;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.Slot;
import dev.chainless.spi.Stage;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.HttpUpstream;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.Verdict;
import io.netty.channel.Channel;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What generations share, by the instances themselves. The plugins here carry no traffic. */
class ReloadTest {
    private final List<Probe> closed = new CopyOnWriteArrayList<>();
    private final List<Thread> hung = new CopyOnWriteArrayList<>();
    private volatile boolean hanging = true;
    private Gateway gateway;

    record NoConfig() {}

    record ProbeConfig(@Default("") String text, @Default("") String cluster, @Default("false") boolean slot,
            @Default("false") boolean fails, @Default("jdk") String state, @Default("false") boolean hangs) {}

    private final class Probe implements RequestFilter, Handover<Object> {
        final ProbeConfig config;
        final Slot<String> slot;
        final Object inherited;
        final LongAdder own = new LongAdder();
        final Set<String> listeners = ConcurrentHashMap.newKeySet();

        Probe(ProbeConfig config, PluginContext context) {
            this.config = config;
            if (config.fails()) {
                throw new IllegalStateException("on purpose");
            }
            if (!config.cluster().isEmpty()) {
                context.client(config.cluster());
            }
            slot = config.slot() ? context.slot(String.class) : null;
            inherited = context.inherited(Map.class).orElse(null);
            context.metrics().gauge("probe_value", "A value.", () -> 1, "text", config.text());
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            listeners.add(exchange.connection().listener());
            return Verdict.CONTINUE;
        }

        @Override
        public Object handOver() {
            return switch (config.state()) {
                case "jdk" -> Map.of("count", own);
                case "own" -> Map.of("count", List.of(config));
                default -> throw new IllegalStateException("on purpose");
            };
        }

        @Override
        public void close() {
            closed.add(this);
        }
    }

    private final class ProbePlugin implements FilterPlugin<ProbeConfig> {
        @Override
        public String name() {
            return "probe";
        }

        @Override
        public Class<ProbeConfig> config() {
            return ProbeConfig.class;
        }

        @Override
        public MethodHandles.Lookup lookup() {
            return MethodHandles.lookup();
        }

        @Override
        public Stage stage(ProbeConfig config, PluginContext context) {
            var made = new Probe(config, context);
            if (config.hangs()) {
                hung.add(Thread.currentThread());
                while (hanging) {
                    java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
                }
            }
            return made;
        }
    }

    record WireConfig(@Default("1") int setting) {}

    private static final class Wire implements ProtocolPlugin<WireConfig, NoConfig> {
        @Override
        public String name() {
            return "http";
        }

        @Override
        public Class<WireConfig> config() {
            return WireConfig.class;
        }

        @Override
        public Class<NoConfig> upstreamConfig() {
            return NoConfig.class;
        }

        @Override
        public MethodHandles.Lookup lookup() {
            return MethodHandles.lookup();
        }

        @Override
        public HttpListener listener(WireConfig config, PluginContext context, HttpIngress ingress) {
            return new HttpListener() {
                @Override
                public void accept(Channel channel, String listener, int loop) {
                    var _ = channel.close();
                }

                @Override
                public void drain(int loop, Duration within) {
                    // no connection stays
                }

                @Override
                public int connections(int loop) {
                    return 0;
                }
            };
        }

        @Override
        public HttpUpstream upstream(NoConfig config, PluginContext context) {
            return (channel, loop, egress) -> {
                throw new IllegalStateException("nobody sends");
            };
        }
    }

    @AfterEach
    void stop() {
        hanging = false;
        if (gateway != null) {
            gateway.close();
        }
    }

    private static GatewayConfig config(Consumer<GatewayBuilder> more) {
        GatewayBuilder builder = GatewayConfig.builder().runtime(r -> r.set("loops", 2))
                .admin(a -> a.set("enabled", false)).listener("web", l -> l.set("listen", "127.0.0.1:0"));
        more.accept(builder);
        return builder.build();
    }

    private static void app(GatewayBuilder builder, String... endpoints) {
        builder.cluster("app", c -> c.set("endpoints", List.of(endpoints)));
    }

    private static void route(GatewayBuilder builder, String name, Object... stages) {
        builder.route(name, r -> r.set("to", "app").set("match", Map.of("path", "/" + name)).set("stages",
                List.of(stages)));
    }

    private static Map<String, Object> probe(Object... keysAndValues) {
        Map<String, Object> table = new java.util.LinkedHashMap<>(Map.of("use", "probe"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            table.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return table;
    }

    private void start(Consumer<GatewayBuilder> config) {
        List<Plugin<?>> plugins = List.of(new ProbePlugin(), new TestHttp.First(), new Wire());
        gateway = Gateway.start(config(config), plugins);
    }

    private Reloaded reload(Consumer<GatewayBuilder> config) {
        return gateway.reload(config(config));
    }

    private Generation now() {
        return gateway.generation();
    }

    private Probe stage(String route) {
        ListenerState.Made made = now().listeners().get("web").made().get(route);
        return (Probe) made.route().chain().stage(0);
    }

    private void awaitClosed(int count) {
        await(() -> closed.size() >= count);
        assertEquals(count, closed.size());
    }

    @Test
    void theSameConfigurationKeepsEveryInstance() {
        Consumer<GatewayBuilder> config = builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"));
        };
        start(config);
        Generation before = now();
        Reloaded reloaded = reload(config);
        assertNotSame(before, now());
        assertEquals(2, reloaded.generation());
        assertEquals(0, reloaded.routes().size() + reloaded.clusters().size() + reloaded.stages().size()
                + reloaded.listeners().size() + reloaded.plugins().size(), reloaded::toString);
        ListenerState old = before.listeners().get("web");
        ListenerState same = now().listeners().get("web");
        assertSame(old.routes(), same.routes());
        assertSame(old.chain(), same.chain());
        assertSame(old.made().get("a"), same.made().get("a"));
        assertSame(before.clusters().get("app"), now().clusters().get("app"));
        assertSame(before.gates().get("web"), now().gates().get("web"));
        await(() -> now().engine().generations().count() == 1);
        assertTrue(closed.isEmpty());
    }

    @Test
    void codeThatNoRequestHasRunYetIsRunByTwins() {
        start(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"));
        });
        reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"), probe("text", "b", "slot", true, "cluster", "app"));
        });
        assertEquals(2, closed.size());
        for (Probe twin : closed) {
            assertEquals(Set.of("warm-up"), twin.listeners);
            assertNull(twin.inherited);
        }
        assertEquals(Set.of(), stage("a").listeners);
    }

    @Test
    void twinsLeaveNothingBehind() throws Exception {
        start(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a");
        });
        int before = live(MetricRegistry.class);
        for (int stages = 1; stages <= 3; stages++) {
            Object[] row = new Object[stages];
            java.util.Arrays.setAll(row, i -> probe("text", "t" + i));
            reload(builder -> {
                app(builder, "10.0.0.1:80");
                route(builder, "a", row);
            });
        }
        assertEquals(6, closed.size(), "one twin for each stage of a chain that is new");
        assertEquals(before, live(MetricRegistry.class));
    }

    /** {@return how many objects of a class can be reached, once what can't is collected} */
    private static int live(Class<?> type) throws Exception {
        String histogram = (String) java.lang.management.ManagementFactory.getPlatformMBeanServer().invoke(
                new javax.management.ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                new Object[] {new String[0]}, new String[] {String[].class.getName()});
        return histogram.lines().map(line -> line.strip().split("\\s+")).filter(words -> words.length > 3)
                .filter(words -> words[3].equals(type.getName())).mapToInt(words -> Integer.parseInt(words[1])).sum();
    }

    @Test
    void onlyWhatChangedIsMadeAnewAndOnlyThatIsClosed() {
        start(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"));
            route(builder, "b", probe("text", "b"));
        });
        Probe a = stage("a");
        Probe b = stage("b");
        Route routeOfA = now().listeners().get("web").made().get("a").route();
        Reloaded reloaded = reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"));
            route(builder, "b", probe("text", "c"));
            route(builder, "d", probe("text", "a"));
        });
        assertSame(a, stage("a"));
        assertSame(a, stage("d"), "equal configurations share a stage");
        assertSame(routeOfA, now().listeners().get("web").made().get("a").route());
        assertNotSame(b, stage("b"));
        assertEquals(List.of("d"), reloaded.routes().added());
        assertEquals(List.of("b"), reloaded.routes().changed());
        assertEquals(1, reloaded.routes().kept());
        awaitClosed(1);
        assertSame(b, closed.getFirst());
        reload(builder -> app(builder, "10.0.0.1:80"));
        awaitClosed(3);
    }

    @Test
    void aClusterKeepsTheEndpointsThatStay() {
        start(builder -> {
            app(builder, "10.0.0.1:80", "10.0.0.2:80");
            route(builder, "a");
        });
        Cluster before = now().clusters().get("app");
        EndpointState first = before.endpoints().members().getFirst().state();
        Reloaded reloaded = reload(builder -> {
            builder.cluster("app", c -> c.set("endpoints",
                    List.of("10.0.0.3:80", Map.of("address", "10.0.0.1:80", "weight", 5))));
            route(builder, "a");
        });
        Cluster after = now().clusters().get("app");
        assertNotSame(before, after);
        Member second = after.endpoints().members().get(1);
        assertSame(first, second.state());
        assertEquals(5, second.endpoint().weight());
        assertSame(before.codec(), after.codec());
        assertEquals(List.of("app"), reloaded.clusters().changed());
        // Pools of another size are other pools.
        reload(builder -> {
            builder.cluster("app", c -> c.set("endpoints", "10.0.0.1:80").set("max-idle", 1));
            route(builder, "a");
        });
        assertNotSame(first, now().clusters().get("app").endpoints().members().getFirst().state());
    }

    @Test
    void slotsAreGivenBack() {
        start(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a", "slot", true));
        });
        assertEquals(0, stage("a").slot.index());
        reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "b", "slot", true));
        });
        assertEquals(1, stage("a").slot.index(), "the former is in use until its last exchange has ended");
        awaitClosed(1);
        reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "c", "slot", true));
        });
        assertEquals(0, stage("a").slot.index());
    }

    @Test
    void stateIsHandedOverOnceAndOnlyByWhatGoes() {
        start(builder -> {
            app(builder, "10.0.0.1:80");
            builder.stage("named", s -> s.set("use", "probe").set("text", "1"));
            route(builder, "a", "named");
            route(builder, "b", probe("text", "shared"));
            route(builder, "c", probe("text", "shared"));
        });
        Probe named = stage("a");
        Probe shared = stage("b");
        assertNull(named.inherited);
        reload(builder -> {
            app(builder, "10.0.0.1:80");
            builder.stage("named", s -> s.set("use", "probe").set("text", "2"));
            route(builder, "z", "named");
            route(builder, "b", probe("text", "shared"));
            route(builder, "c", probe("text", "alone"));
        });
        assertEquals(Map.of("count", named.own), stage("z").inherited);
        assertNull(stage("c").inherited, "the one before it lives on at another route");
        reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "b", probe("text", "b"));
            route(builder, "c", probe("text", "c"));
        });
        assertEquals(Map.of("count", shared.own), stage("b").inherited);
        assertNotNull(stage("c").inherited);
    }

    @Test
    void aStageBeginsEmptyWhereTheStateIsNotForIt() {
        for (String state : List.of("own", "throws")) {
            if (gateway != null) {
                gateway.close();
            }
            start(builder -> {
                app(builder, "10.0.0.1:80");
                route(builder, "a", probe("text", "1", "state", state));
            });
            reload(builder -> {
                app(builder, "10.0.0.1:80");
                route(builder, "a", probe("text", "2"));
            });
            assertEquals("2", stage("a").config.text());
            assertNull(stage("a").inherited, state);
        }
    }

    @Test
    void aStageWhoseClusterGoesIsRefused() {
        Consumer<GatewayBuilder> both = builder -> {
            app(builder, "10.0.0.1:80");
            builder.cluster("side", c -> c.set("endpoints", "10.0.0.9:80"));
            route(builder, "a", probe("cluster", "side"));
        };
        start(both);
        Probe before = stage("a");
        Generation was = now();
        var refused = assertThrows(ConfigException.class, () -> reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("cluster", "side"));
        }));
        assertTrue(refused.getMessage().contains("unknown cluster \"side\""), refused.getMessage());
        assertSame(was, now());
        reload(both);
        assertSame(before, stage("a"));
        assertTrue(closed.isEmpty());
    }

    @Test
    void aFailureLeavesNothingBehind() throws Exception {
        Consumer<GatewayBuilder> good = builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"));
        };
        start(good);
        Generation was = now();
        assertThrows(ConfigException.class, () -> reload(builder -> {
            app(builder, "10.0.0.1:80");
            route(builder, "a", probe("text", "a"));
            route(builder, "b", probe("text", "b", "slot", true));
            route(builder, "c", probe("fails", true));
        }));
        assertSame(was, now());
        assertEquals(1, closed.size(), "the one that was made in vain");
        assertEquals("b", closed.getFirst().config.text());
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThrows(StartException.class, () -> reload(builder -> {
                good.accept(builder);
                builder.listener("free", l -> l.set("listen", "127.0.0.1:0"));
                builder.listener("taken", l -> l.set("listen", "127.0.0.1:" + taken.getLocalPort()));
            }));
        }
        assertSame(was, now());
        assertEquals(List.of("web"), new ArrayList<>(gateway.addresses().keySet()));
        assertEquals(0, now().engine().slots().limit());
        var fixed = assertThrows(ConfigException.class, () -> gateway.reload(config(builder -> {
            good.accept(builder);
            builder.runtime(r -> r.set("loops", 3));
        })));
        assertTrue(fixed.getMessage().contains("runtime.loops"), fixed.getMessage());
    }

    @Test
    void aStageThatIsNeverMadeIsLeftBehind() throws Exception {
        Consumer<GatewayBuilder> quick = builder -> {
            builder.pluginPolicy(p -> p.set("load-timeout", "200ms"));
            app(builder, "10.0.0.1:80");
        };
        Consumer<GatewayBuilder> good = builder -> {
            quick.accept(builder);
            route(builder, "a", probe("text", "a"));
        };
        Consumer<GatewayBuilder> bad = builder -> {
            good.accept(builder);
            route(builder, "b", probe("text", "b", "slot", true));
            route(builder, "c", probe("hangs", true, "slot", true));
            route(builder, "d", probe("text", "d", "slot", true));
        };
        start(good);
        Generation was = now();
        for (int i = 0; i < 2; i++) {
            var refused = assertThrows(ConfigException.class, () -> reload(bad));
            assertEquals(1, refused.problems().size(), refused.getMessage());
            assertTrue(
                    refused.getMessage().contains("the plugin \"probe\" was left behind: it did not come back within "
                            + "200 ms"),
                    refused.getMessage());
            assertSame(was, now());
            assertEquals(0, now().engine().slots().limit());
            assertEquals(1, hung.size(), "it is tried once");
        }
        closed.clear();
        reload(builder -> {
            quick.accept(builder);
            route(builder, "a", probe("text", "b"));
        });
        awaitClosed(1);
        hanging = false;
        hung.getFirst().join(10_000);
        assertFalse(hung.getFirst().isAlive());
        awaitClosed(2);
        assertTrue(closed.getLast().config.hangs(), "what comes late is closed");
        assertEquals(0, now().engine().slots().limit());
    }

    @Test
    void whatWaitsForAnOptionalPluginIsNotThere() {
        start(builder -> {
            for (String plugin : List.of("away", "elsewhere")) {
                builder.plugin(plugin, p -> p.set("optional", true));
            }
            builder.listener("waits", l -> l.set("listen", "127.0.0.1:0").set("protocol", "away"));
            app(builder, "10.0.0.1:80");
            builder.cluster("far", c -> c.set("endpoints", "10.0.0.2:80").set("protocol", "away"));
            builder.cluster("farther", c -> c.set("endpoints", "10.0.0.3:80").set("balancer",
                    Map.of("use", "elsewhere")));
            builder.route("far", r -> r.set("to", "far").set("match", Map.of("path", "/far")));
            builder.route("split", r -> r.set("match", Map.of("path", "/split")).set("to", Map.of("weighted",
                    List.of(Map.of("cluster", "farther", "weight", 9), Map.of("cluster", "app", "weight", 1)))));
        });
        assertEquals(List.of("web"), new ArrayList<>(gateway.addresses().keySet()));
        Map<String, ListenerState.Made> made = now().listeners().get("web").made();
        assertSame(Route.Responds.UNAVAILABLE, made.get("far").route().action());
        var split = (Route.ToClusters) made.get("split").route().action();
        assertEquals(List.of(now().clusters().get("app")), split.clusters());
        assertSame(split.clusters().getFirst(), split.pick(0));
    }

    @Test
    void onlyTypesOfTheJdkAndTheSpiAreShared() {
        assertNull(Inheritance.foreign(new ConcurrentHashMap<>(Map.of("a", new long[] {1}, "b", Duration.ZERO)), 0));
        assertNull(Inheritance.foreign(Verdict.CONTINUE, 0));
        assertEquals(NoConfig.class, Inheritance.foreign(new Object[] {1, List.of(new NoConfig())}, 0));
        assertEquals(NoConfig[].class, Inheritance.foreign(new NoConfig[0], 0));
        assertEquals(NoConfig.class, Inheritance.foreign(Map.of(new NoConfig(), 1), 0));
        Runnable lambda = () -> {};
        assertFalse(Inheritance.foreign(lambda, 0) == null);
    }
}
