package dev.chainless.plugin.errorpages;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class ErrorPagesContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new ErrorPagesPlugin()).table("statuses = [\"200\", \"4xx\", \"5xx\"]\nlocal-only = false").verify();
    }
}
