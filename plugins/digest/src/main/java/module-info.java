import org.jspecify.annotations.NullMarked;

/** To be written. */
@NullMarked
module dev.chainless.plugin.digest {
    requires static org.jspecify;
    requires dev.chainless.spi;
}
