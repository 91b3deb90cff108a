package dev.chainless.plugin.roundrobin;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class RoundRobinContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new RoundRobinPlugin()).verify();
    }
}
