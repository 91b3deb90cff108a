import org.jspecify.annotations.NullMarked;

/**
 * The plugin {@code compress}: sends responses in a content coding that the client accepts.
 *
 * <p>The libraries of two codings are there at run time or not: without them the
 * plugin does gzip, which needs no native access.
 */
@NullMarked
module dev.chainless.plugin.compress {
    requires static org.jspecify;
    requires static com.aayushatharva.brotli4j;
    requires static com.github.luben.zstd_jni;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.compress.CompressPlugin;
}
