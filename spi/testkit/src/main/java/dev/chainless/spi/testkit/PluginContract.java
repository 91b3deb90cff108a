package dev.chainless.spi.testkit;

import dev.chainless.config.Binder;
import dev.chainless.config.ConfigException;
import dev.chainless.config.ConfigFile;
import dev.chainless.config.NamedStage;
import dev.chainless.config.Position;
import dev.chainless.config.RawTable;
import dev.chainless.spi.AuthPlugin;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.DiscoveryPlugin;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.Stage;
import dev.chainless.spi.Target;
import dev.chainless.spi.http.ClientRequest;
import dev.chainless.spi.http.ClientResponse;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What each plugin has to keep, as one call in a test:
 *
 * {@snippet :
 * @Test
 * void keepsTheContract() {
 *     PluginContract.of(new GreetingPlugin()).verify();
 * }
 * }
 *
 * <p>Checked are:
 * <ul>
 * <li>name, class and module: a descriptor that provides the plugin and records the version of the SPI
 * <li>the configuration: the record binds from a table as the gateway does it
 * <li>each way that an exchange may go, with bodies and without, to its end or cut in the request, at the upstream or in the
 * response, by each {@link dev.chainless.spi.http.Completion}; answered by the gateway; with a client that does not read;
 * with a suspension that is resumed, cut off, or runs out of time. Nothing is thrown, a body is ended once, each chunk is
 * released once, what lies in slots is closed
 * <li>nothing adds up: deadlines, repetitions, buffers
 * <li>no event loop is blocked, and four loops can run the stage at once: sleeps, parks, waits, contended monitors, files and
 * sockets are found by the JVM's flight recorder
 * <li>after {@link Stage#close} no thread and no open file is left
 * <li>a stage that implements {@link dev.chainless.spi.Handover} hands over a state of types of the JDK and the SPI, a
 * successor with the same configuration asks for it, and serves on once the former is closed
 * </ul>
 *
 * <p>It takes one to three seconds. Other tests that run in the same JVM at the same time would be mistaken for the plugin.
 *
 * @param <C> the record that the plugin's table is bound to
 */
public final class PluginContract<C extends Record> {
    private static final int LOOPS = 4;
    private static final int PICKS = 1000;

    private final Plugin<C> plugin;
    private final Map<String, Function<ClientRequest, CompletableFuture<ClientResponse>>> clusters =
            new LinkedHashMap<>();
    private String table = "";
    private Consumer<FakeExchange> shape = _ -> {};

    private PluginContract(Plugin<C> plugin) {
        this.plugin = plugin;
    }

    /**
     * {@return the contract of a plugin, with the defaults of its configuration}
     *
     * @param plugin a new one
     * @param <C> the record that its table is bound to
     */
    public static <C extends Record> PluginContract<C> of(Plugin<C> plugin) {
        return new PluginContract<>(plugin);
    }

    /**
     * Gives the configuration.
     *
     * @param toml what the table of a stage says beside {@code use}, such as {@code text = "hi"}; no headers of tables
     * @return this
     */
    public PluginContract<C> table(String toml) {
        table = toml;
        return this;
    }

    /**
     * Gives each request what the stage looks for, so that it does its work: {@code x -> x.with("te", "trailers")}.
     *
     * @param edit of the request; on several threads at once
     * @return this
     */
    public PluginContract<C> request(Consumer<FakeExchange> edit) {
        shape = edit;
        return this;
    }

    /**
     * Lets there be a cluster that the plugin may ask.
     *
     * @param cluster its name
     * @param answer what comes back; on several threads at once
     * @return this
     */
    public PluginContract<C> cluster(
            String cluster, Function<ClientRequest, CompletableFuture<ClientResponse>> answer) {
        clusters.put(cluster, answer);
        return this;
    }

    /**
     * Runs all checks.
     *
     * @throws AssertionError at the first that fails, with what to do about it
     */
    public void verify() {
        Descriptors.checkFactory(plugin);
        Descriptors.checkModule(plugin);
        verifyWork();
    }

    /** The checks that need no module: all but those of the descriptor. */
    void verifyWork() {
        C config = bind(plugin.config(), plugin.lookup());
        switch (plugin) {
            case FilterPlugin<C> filter -> stage(context -> filter.stage(config, context));
            case AuthPlugin<C> auth -> stage(context -> auth.authenticator(config, context));
            case PolicyPlugin<C> policy -> stage(context -> policy.policy(config, context));
            case BalancerPlugin<C> balancer -> balancer(balancer, config);
            case DiscoveryPlugin<C> discovery -> discovery(discovery, config);
            case ProtocolPlugin<C, ?> protocol -> bind(protocol.upstreamConfig(), protocol.lookup());
        }
    }

    private void stage(Function<FakeContext, Stage> maker) {
        new StageContract(this::context, maker, shape).verify();
    }

    private void balancer(BalancerPlugin<C> plugin, C config) {
        var before = new Leftovers();
        Balancer balancer = plugin.balancer(config, context(LOOPS));
        List<Target> targets = List.of(new FakeTarget(new Endpoint("192.0.2.80", 80, 1)),
                new FakeTarget(new Endpoint("192.0.2.81", 80, 3)));
        for (List<Target> set : List.of(targets, targets.subList(0, 1))) {
            Balancer.Picker picker = balancer.picker(set);
            LoopThreads.run(LOOPS, loop -> pick(picker, set.size(), loop));
            BlockingWatch.watch(() -> LoopThreads.run(LOOPS, loop -> pick(picker, set.size(), loop)));
        }
        before.checkThreads();
    }

    private void discovery(DiscoveryPlugin<C> plugin, C config) {
        var before = new Leftovers();
        plugin.discovery(config, context(LOOPS), List::copyOf).close();
        before.checkThreads();
    }

    private void pick(Balancer.Picker picker, int endpoints, int loop) {
        FakeExchange exchange = context(LOOPS).exchange("GET", "/").from("192.0.2.1", loop);
        shape.accept(exchange);
        var attempt = exchange.exchange().attempt();
        for (int i = 1; i <= PICKS; i++) {
            attempt.begin(i % 3 + 1, exchange.exchange().request());
            int picked = picker.pick(attempt);
            if (picked < 0 || picked >= endpoints) {
                throw new AssertionError("the balancer picked " + picked + " of " + endpoints + " endpoints");
            }
            if (i % 4 == 0) {
                picker.failed(picked);
            } else {
                picker.answered(picked, i * 1_000L);
            }
        }
    }

    private FakeContext context(int loops) {
        var context = new FakeContext(plugin.name(), loops);
        clusters.forEach(context::cluster);
        return context;
    }

    private <T extends Record> T bind(Class<T> type, MethodHandles.Lookup lookup) {
        try {
            String text = "listeners.web.listen = \"127.0.0.1:8080\"\n[stages.contract]\nuse = \"contract\"\n"
                    + table + "\n";
            RawTable settings = ConfigFile.parse(text, Path.of("contract.toml"))
                    .stage(new NamedStage("contract", Position.none())).settings();
            return Binder.bind(settings, type, lookup);
        } catch (ConfigException e) {
            throw new AssertionError("the table \"" + table + "\" does not fit " + type.getSimpleName()
                    + "; give one that does by PluginContract.table: " + e.getMessage(), e);
        }
    }
}
