import org.jspecify.annotations.NullMarked;

/** The plugin {@code address-list}: which client addresses are let in. */
@NullMarked
module dev.chainless.plugin.addresslist {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.addresslist.AddressListPlugin;
}
