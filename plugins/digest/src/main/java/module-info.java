import org.jspecify.annotations.NullMarked;

/** The plugin {@code digest}: sends the digest of a response's content behind it. */
@NullMarked
module dev.chainless.plugin.digest {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.digest.DigestPlugin;
}
