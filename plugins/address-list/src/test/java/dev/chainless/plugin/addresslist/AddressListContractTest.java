package dev.chainless.plugin.addresslist;

import dev.chainless.spi.testkit.PluginContract;
import org.junit.jupiter.api.Test;

class AddressListContractTest {

    @Test
    void keepsTheContract() {
        PluginContract.of(new AddressListPlugin()).table("allow = [\"192.0.2.0/24\"]\ndeny = [\"192.0.2.99\"]")
                .verify();
    }
}
