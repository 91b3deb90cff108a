package dev.chainless.host;

import dev.chainless.config.PluginConfig;
import dev.chainless.spi.Handover;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.UpstreamRequestFilter;
import dev.chainless.spi.http.UpstreamResponseFilter;
import dev.chainless.spi.http.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands in the chains for a stage that is marked {@link dev.chainless.spi.Blocking}: each call that decides something
 * becomes a {@link BlockingCall}, any other passes through.
 *
 * <p>What stands there is a proxy of the SPI's interfaces that the stage has: chains and rules go by these, and each set
 * of them wants a class of its own. No class of the plugin's is among them, so that the proxy's class holds no plugin.
 */
final class BlockingStage implements InvocationHandler {
    private static final Logger LOG = System.getLogger(BlockingStage.class.getName());
    /** All that such a stage may be. */
    private static final List<Class<?>> TYPES = List.of(RequestFilter.class, Authenticator.class, Policy.class,
            UpstreamRequestFilter.class, UpstreamResponseFilter.class, ResponseFilter.class, Handover.class);

    private final HttpStage stage;
    private final String plugin;
    private final int max;
    private final Duration timeout;
    private final HostMetrics metrics;
    /** Under way, of all stages of the plugin. */
    private final AtomicInteger calls;
    /** Under way, of this stage, until their threads have ended. */
    private final Set<BlockingCall> running = ConcurrentHashMap.newKeySet();

    private BlockingStage(HttpStage stage, LoadedPlugin plugin, PluginConfig entry, HostMetrics metrics) {
        this.stage = stage;
        this.plugin = plugin.name();
        this.max = entry.maxBlocking();
        this.timeout = entry.blockingTimeout();
        this.metrics = metrics;
        this.calls = plugin.blockingCalls();
    }

    /** {@return what stands in chains for a stage: itself, if it does not wait} */
    static HttpStage of(HttpStage stage, LoadedPlugin plugin, PluginConfig entry, HostMetrics metrics) {
        if (!StageRules.waits(stage)) {
            return stage;
        }
        Class<?>[] types = TYPES.stream().filter(type -> type.isInstance(stage)).toArray(Class<?>[]::new);
        return (HttpStage) Proxy.newProxyInstance(BlockingStage.class.getClassLoader(), types,
                new BlockingStage(stage, plugin, entry, metrics));
    }

    /** {@return whether what stands in chains would be made alike under an entry of the configuration} */
    static boolean fits(HttpStage made, @Nullable PluginConfig entry) {
        return !Proxy.isProxyClass(made.getClass())
                || !(Proxy.getInvocationHandler(made) instanceof BlockingStage blocking)
                || (entry != null && entry.blocking() && entry.maxBlocking() == blocking.max
                        && entry.blockingTimeout().equals(blocking.timeout));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a proxy is equal to itself alone
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object first = arguments == null || arguments.length == 0 ? null : arguments[0];
        return switch (method.getName()) {
            case "onRequest" -> begin(first, x -> ((RequestFilter) stage).onRequest(x));
            case "authenticate" -> begin(first, x -> ((Authenticator) stage).authenticate(x));
            case "decide" -> begin(first, x -> ((Policy) stage).decide(x));
            case "onResponse" -> begin(first, x -> ((ResponseFilter) stage).onResponse(x));
            case "onUpstreamRequest" ->
                begin(first, x -> ((UpstreamRequestFilter) stage).onUpstreamRequest(x.attempt()));
            case "onUpstreamResponse" ->
                begin(first, x -> ((UpstreamResponseFilter) stage).onUpstreamResponse(x.attempt()));
            case "close" -> close();
            case "equals" -> proxy == first;
            case "hashCode" -> System.identityHashCode(proxy);
            default -> passOn(method, arguments);
        };
    }

    private @Nullable Object passOn(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(stage, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Begins a call. On the exchange's loop. */
    private Verdict begin(@Nullable Object subject, Function<Exchange, Verdict> step) {
        Exchange exchange =
                subject instanceof Attempt attempt ? attempt.exchange() : (Exchange) Objects.requireNonNull(subject);
        if (calls.getAndUpdate(now -> now < max ? now + 1 : now) >= max) {
            return refuse(exchange);
        }
        BlockingCall call = null;
        boolean begun = false;
        try {
            call = new BlockingCall(this, exchange, step, timeout);
            running.add(call);
            Verdict verdict = call.begin();
            begun = true;
            return verdict;
        } finally {
            if (!begun) { // out of memory
                returned();
                ended(call);
            }
        }
    }

    /** No failure of the stage's: it must not be given up since many clients came at once. */
    private Verdict refuse(Exchange exchange) {
        metrics.blockingRefused.increment(exchange.loop());
        if (stage.failsOpen()) {
            return Verdict.CONTINUE;
        }
        exchange.detail("too many blocking calls of the plugin \"" + plugin + "\" at once");
        return exchange.respond(503);
    }

    String plugin() {
        return plugin;
    }

    /** A call came back from the stage: another one may begin. */
    void returned() {
        calls.decrementAndGet();
    }

    /** A call has nothing more to do. */
    void ended(@Nullable BlockingCall call) {
        if (call != null) {
            running.remove(call);
        }
    }

    /** Interrupts what is left of calls whose exchanges have ended, and waits for it: a thread would hold the plugin. */
    private @Nullable Object close() {
        running.forEach(call -> call.thread().interrupt());
        try {
            for (BlockingCall call : running) {
                call.thread().join();
            }
        } catch (InterruptedException e) {
            // plugin-policy.close-timeout is over, or the gateway closes.
            LOG.log(Level.WARNING,
                    "{0} calls of a blocking stage of the plugin \"{1}\" go on though they were interrupted; "
                            + "its classes stay until they end",
                    running.size(), plugin);
        }
        stage.close();
        return null;
    }
}
