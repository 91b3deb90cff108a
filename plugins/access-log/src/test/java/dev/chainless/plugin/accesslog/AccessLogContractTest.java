package dev.chainless.plugin.accesslog;

import dev.chainless.spi.testkit.PluginContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogContractTest {

    @Test
    void keepsTheContract(@TempDir Path folder) {
        PluginContract.of(new AccessLogPlugin()).table("file = \"" + folder.resolve("access.log") + "\"").verify();
    }
}
