import org.jspecify.annotations.NullMarked;

/** The plugin {@code headers}: sets, adds and removes fields of requests and responses. */
@NullMarked
module dev.chainless.plugin.headers {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.headers.HeadersPlugin;
}
