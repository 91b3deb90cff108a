package dev.chainless.plugin.discoverydns;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class DiscoveryDnsContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new DiscoveryDnsPlugin()).table("name = \"app.internal\"\nport = 8080").verify();
    }
}
