package dev.chainless.plugin.digest;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class DigestContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new DigestPlugin()).request(exchange -> exchange.with("te", "trailers")).verify();
    }
}
