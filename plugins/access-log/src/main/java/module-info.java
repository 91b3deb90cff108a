import org.jspecify.annotations.NullMarked;

/** The plugin {@code access-log}: a line for each exchange, in a file or on standard output. */
@NullMarked
module dev.chainless.plugin.accesslog {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.accesslog.AccessLogPlugin;
}
