import org.jspecify.annotations.NullMarked;

/** The plugin {@code peak-ewma}: a balancer that prefers endpoints that answer soon. */
@NullMarked
module dev.chainless.plugin.peakewma {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.peakewma.PeakEwmaPlugin;
}
