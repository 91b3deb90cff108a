import org.jspecify.annotations.NullMarked;

/** The plugin {@code maglev}: a balancer that sends requests with the same key to the same endpoint. */
@NullMarked
module dev.chainless.plugin.maglev {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.maglev.MaglevPlugin;
}
