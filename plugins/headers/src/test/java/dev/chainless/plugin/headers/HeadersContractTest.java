package dev.chainless.plugin.headers;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class HeadersContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new HeadersPlugin()).table("""
                request.set = { x-client = "${client.address}" }
                response.add = { x-served-by = "chainless" }
                """).verify();
    }
}
