package dev.chainless.plugin.random;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class RandomContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new RandomPlugin()).verify();
    }
}
