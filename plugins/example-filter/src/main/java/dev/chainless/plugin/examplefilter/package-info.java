/**
 * The model for a plugin: small, and complete.
 *
 * <p>It tells each client how long its request took behind this stage, and counts those that took too long.
 * {@link dev.chainless.plugin.examplefilter.ExampleFilterPlugin} is what the host finds;
 * {@link dev.chainless.plugin.examplefilter.ExampleConfig} is the TOML table;
 * {@link dev.chainless.plugin.examplefilter.TimingStage} runs on the event loops. The moment at which a request came by
 * belongs to the exchange and lies in a slot: the stage is one object for all exchanges, and has no field that changes.
 */
package dev.chainless.plugin.examplefilter;
