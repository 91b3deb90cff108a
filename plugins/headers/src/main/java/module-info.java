import org.jspecify.annotations.NullMarked;

/** To be written. */
@NullMarked
module dev.chainless.plugin.headers {
    requires static org.jspecify;
    requires dev.chainless.spi;
}
