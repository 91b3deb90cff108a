import org.jspecify.annotations.NullMarked;

/** The plugin {@code cors}: which origins' scripts may read responses. */
@NullMarked
module dev.chainless.plugin.cors {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.cors.CorsPlugin;
}
