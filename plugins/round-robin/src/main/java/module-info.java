import org.jspecify.annotations.NullMarked;

/** The plugin {@code round-robin}: a balancer that gives endpoints their turns. */
@NullMarked
module dev.chainless.plugin.roundrobin {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.roundrobin.RoundRobinPlugin;
}
