package dev.chainless.plugin.cors;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class CorsContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new CorsPlugin()).table("origins = [\"https://app.example.org\"]")
                .request(exchange -> exchange.with("origin", "https://app.example.org")).verify();
    }
}
