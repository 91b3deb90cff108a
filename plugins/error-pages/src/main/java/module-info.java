import org.jspecify.annotations.NullMarked;

/** The plugin {@code error-pages}: pages in place of bare errors. */
@NullMarked
module dev.chainless.plugin.errorpages {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.errorpages.ErrorPagesPlugin;
}
