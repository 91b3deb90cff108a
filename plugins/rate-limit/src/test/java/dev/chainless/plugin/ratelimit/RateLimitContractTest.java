package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class RateLimitContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new RateLimitPlugin()).table("rate = \"1000/s\"\nfields = \"always\"").verify();
    }
}
