package dev.chainless.plugin.leastrequest;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class LeastRequestContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new LeastRequestPlugin()).verify();
    }
}
