package dev.chainless.plugin.http;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class HttpContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new HttpPlugin()).verify();
    }
}
