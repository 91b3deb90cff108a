package dev.chainless.plugin.maglev;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class MaglevContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new MaglevPlugin()).verify();
    }
}
