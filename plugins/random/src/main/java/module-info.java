import org.jspecify.annotations.NullMarked;

/** The plugin {@code random}: a balancer that leaves the choice to chance. */
@NullMarked
module dev.chainless.plugin.random {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.random.RandomPlugin;
}
