package dev.chainless.plugin.addresslist;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.http.Policy;
import java.lang.invoke.MethodHandles;

/** The plugin {@code address-list}. */
public final class AddressListPlugin implements PolicyPlugin<AddressListConfig> {

    /** Makes the plugin. */
    public AddressListPlugin() {}

    @Override
    public String name() {
        return "address-list";
    }

    @Override
    public Class<AddressListConfig> config() {
        return AddressListConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Policy policy(AddressListConfig config, PluginContext context) {
        var list = new RangeList();
        config.allow().forEach(range -> list.add(range, true));
        config.deny().forEach(range -> list.add(range, false));
        config.allowFiles().forEach(file -> RangeFile.read(file, range -> list.add(range, true)));
        config.denyFiles().forEach(file -> RangeFile.read(file, range -> list.add(range, false)));
        boolean allowed = config.otherwise() == AddressListConfig.Decision.ALLOW;
        return new AddressPolicy(list.ipv4(allowed), list.ipv6(allowed), config.status(),
                "address not allowed by " + context.name(), context.metrics().counter(
                        "address_list_denied", "Requests that were denied by their address.", "stage", context.name()));
    }
}
