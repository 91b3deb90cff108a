/** The plugin that the benchmark adds and removes. */
module bench.guest {
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with bench.guest.GuestPlugin;
}
