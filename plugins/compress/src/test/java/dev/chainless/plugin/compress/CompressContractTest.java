package dev.chainless.plugin.compress;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressContractTest {

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd", "*", "identity"})
    void keepsTheContract(String accepted) {
        PluginContract.of(new CompressPlugin()).table("min-size = 1")
                .request(exchange -> exchange.with("accept-encoding", accepted)).verify();
    }
}
