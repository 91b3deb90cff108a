/** The plugin that the benchmark swaps. */
module bench.swapped {
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with bench.swapped.SwappedPlugin;
}
