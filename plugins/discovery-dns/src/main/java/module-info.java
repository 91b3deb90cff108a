import org.jspecify.annotations.NullMarked;

/** The plugin {@code discovery-dns}: finds endpoints by DNS. */
@NullMarked
module dev.chainless.plugin.discoverydns {
    requires static org.jspecify;
    requires dev.chainless.spi;
    requires io.netty.codec.dns;
    requires io.netty.resolver;
    requires io.netty.resolver.dns;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.discoverydns.DiscoveryDnsPlugin;
}
