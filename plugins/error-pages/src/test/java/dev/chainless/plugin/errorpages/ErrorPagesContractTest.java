package dev.chainless.plugin.errorpages;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class ErrorPagesContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new ErrorPagesPlugin()).table("local-only = false").verify();
    }
}
