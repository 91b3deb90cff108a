/**
 * What a plugin is made of. Read this page first.
 *
 * <h2>A plugin in four steps</h2>
 *
 * <p><b>1. A module.</b> A plugin is a jar with a module descriptor that requires the SPI and provides one service:
 *
 * <pre>{@code
 * module org.example.greeting {
 *     requires dev.chainless.spi;
 *     provides dev.chainless.spi.Plugin with org.example.greeting.GreetingPlugin;
 * }
 * }</pre>
 *
 * <p><b>2. A configuration.</b> A record, whose components are the keys of the TOML table, {@code camelCase} becoming
 * {@code kebab-case}. Annotations of {@link dev.chainless.spi.config} give defaults, bounds and the text that the
 * editor shows. A table that does not fit is refused with file, line and column before the plugin sees it.
 *
 * <pre>{@code
 * record Greeting(@Doc("what the response says") @Default("hello") String text) {
 * }
 * }</pre>
 *
 * <p><b>3. A factory</b>, public, with a constructor that does no work:
 *
 * <pre>{@code
 * public final class GreetingPlugin implements FilterPlugin<Greeting> {
 *     public String name() { return "greeting"; }
 *     public Class<Greeting> config() { return Greeting.class; }
 *     public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }
 *     public Stage stage(Greeting config, PluginContext context) {
 *         return new GreetingStage(FieldLine.of("x-greeting", config.text()));
 *     }
 * }
 * }</pre>
 *
 * <p><b>4. A stage</b>, best a record, whose interfaces say when it runs:
 *
 * <pre>{@code
 * record GreetingStage(FieldLine line) implements ResponseFilter {
 *     public Verdict onResponse(Exchange exchange) {
 *         exchange.response().set(line);
 *         return Verdict.CONTINUE;
 *     }
 * }
 * }</pre>
 *
 * <p>The operator drops the jar into {@code plugins/} and writes {@code stages = [{ use = "greeting", text = "hi" }]} at a
 * route or listener.
 *
 * <h2>A test</h2>
 *
 * <p>The module {@code dev.chainless.spi.testkit} (the artifact {@code chainless-testkit}) runs a stage in a unit test, with
 * heads, bodies, suspensions and a clock that the test moves, and checks in one line what a gateway relies on:
 * {@code PluginContract.of(new GreetingPlugin()).verify()}. The archetype {@code chainless-archetype} writes all of this page
 * as a project; {@code plugins/example-filter} is a model with bounds, a slot and a counter.
 *
 * <h2>When a stage runs</h2>
 *
 * <pre>
 * accept - codec - route match -> request stages in order -> attempts at upstream -> response stages in reverse -> client -> complete
 *                                 | RequestFilter            | UpstreamRequestFilter   | ResponseFilter
 *                                 | Authenticator, Policy    |   per attempt           | ResponseBody
 *                                 | RequestBody              | UpstreamResponseFilter  | AccessLog
 * </pre>
 *
 * <p>The type says the moment, the route's list says the order; one stage may be of several types. A listener's own
 * stages come before a route's. A stage that answers by {@link dev.chainless.spi.http.Exchange#respond} ends the way
 * up; the response filters of the stages entered so far, its own included, run on the way down.
 * {@link dev.chainless.spi.http.HttpStage#complete} runs exactly once for each stage entered, whatever happens.
 *
 * <h2>The rules of the loop</h2>
 *
 * <p>Everything about one exchange happens on one event loop. A stage must not block it: what takes time is begun, and the
 * stage returns {@code suspension.verdict()} of {@link dev.chainless.spi.http.Exchange#suspend}, or waits for a future by
 * {@link dev.chainless.spi.http.Async#await}. Code that can only wait goes into a stage marked
 * {@link dev.chainless.spi.Blocking}, which runs on virtual threads with a snapshot of the exchange, where the operator
 * grants that. Requests of its own go through
 * {@link dev.chainless.spi.PluginContext#client}, by which pools, limits and timeouts of a cluster apply. A body is passed
 * on piece by piece: the callee owns a chunk and either passes it on or releases it; what it holds back of a response goes
 * on when the source pauses ({@link dev.chainless.spi.http.ResponseBody#responseFlush}).
 *
 * <p>There is one stage for all loops. Counters have a cell per loop ({@link dev.chainless.spi.Counter}); what belongs to
 * one exchange lies in a {@link dev.chainless.spi.Slot}.
 *
 * <p>A stage lives as long as its configuration, its plugin and the clusters that it sends to stay the same, whatever else
 * a reload changes. When it is replaced, exchanges end on the stage that they began with; a tunnel, in which no stage has
 * a part any more, is completed as {@link dev.chainless.spi.http.Completion#REPLACED} and lives on. State passes to the
 * successor by {@link dev.chainless.spi.Handover}.
 *
 * <h2>Other plugins</h2>
 *
 * <p>{@link dev.chainless.spi.AuthPlugin} and {@link dev.chainless.spi.PolicyPlugin} make stages that can never be
 * bypassed; {@link dev.chainless.spi.BalancerPlugin} chooses among the endpoints that there
 * are, which {@link dev.chainless.spi.DiscoveryPlugin} may find; {@link dev.chainless.spi.ProtocolPlugin} reads and
 * writes a protocol on channels that the host supplies.
 */
package dev.chainless.spi;
