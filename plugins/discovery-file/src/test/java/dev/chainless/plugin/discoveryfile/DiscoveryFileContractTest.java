package dev.chainless.plugin.discoveryfile;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class DiscoveryFileContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new DiscoveryFilePlugin()).table("file = \"missing.toml\"").verify();
    }
}
