import org.jspecify.annotations.NullMarked;

/** The plugin {@code rate-limit}: how many requests a client may send in how long. */
@NullMarked
module dev.chainless.plugin.ratelimit {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.ratelimit.RateLimitPlugin;
}
