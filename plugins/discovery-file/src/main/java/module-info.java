import org.jspecify.annotations.NullMarked;

/** The plugin {@code discovery-file}: finds endpoints in a file that is watched. */
@NullMarked
module dev.chainless.plugin.discoveryfile {
    requires static org.jspecify;
    requires dev.chainless.spi;
    requires org.tomlj;
    requires tools.jackson.core;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.discoveryfile.DiscoveryFilePlugin;
}
