package dev.chainless.plugin.peakewma;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class PeakEwmaContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new PeakEwmaPlugin()).verify();
    }
}
