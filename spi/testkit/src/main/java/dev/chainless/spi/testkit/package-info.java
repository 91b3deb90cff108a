/**
 * What a plugin is tested with, in any test framework or none: what fails throws {@link AssertionError}.
 *
 * <p><b>The contract.</b> Each plugin has one test that says {@code PluginContract.of(new MyPlugin()).verify()}.
 * {@link dev.chainless.spi.testkit.PluginContract} says what that checks: what a gateway relies on, whatever the plugin does.
 *
 * <p><b>A stage at work.</b> {@link dev.chainless.spi.testkit.FakeContext} stands for the host: its clock stands still until
 * the test moves it, its counters can be read, and its clusters answer as told.
 * {@link dev.chainless.spi.testkit.FakeExchange} is a request; {@link dev.chainless.spi.testkit.StageRun} sends it through
 * one stage in the order of a gateway: heads, bodies piece by piece, suspensions, the end.
 *
 * {@snippet :
 * var context = new FakeContext("guard", 1).cluster("auth", request -> answer);
 * Stage stage = new GuardPlugin().policy(config, context);
 * StageRun run = StageRun.of(stage, context.exchange("GET", "/").with("authorization", "Bearer x"));
 * assertEquals(Verdict.SUSPENDED, run.request());
 * answer.complete(new ClientResponse(200, List.of(), new byte[0]));
 * assertEquals(Verdict.CONTINUE, run.await());
 * run.complete(Completion.FINISHED);
 * }
 *
 * <p>To let a deadline pass, {@code context.advance(Duration.ofSeconds(5))}. No test needs to sleep.
 */
package dev.chainless.spi.testkit;
