import org.jspecify.annotations.NullMarked;

/** The plugin {@code least-request}: a balancer that prefers endpoints with few requests under way. */
@NullMarked
module dev.chainless.plugin.leastrequest {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.leastrequest.LeastRequestPlugin;
}
