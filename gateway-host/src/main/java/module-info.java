import org.jspecify.annotations.NullMarked;

/** To be written. */
@NullMarked
module dev.chainless.host {
    requires static org.jspecify;
    requires transitive dev.chainless.spi;
    requires transitive dev.chainless.config;
}
