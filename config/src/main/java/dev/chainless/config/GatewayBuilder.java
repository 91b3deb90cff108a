package dev.chainless.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes a {@link GatewayConfig} of code. It gathers the same tables that a file has and binds them in the same way, so that
 * what a file may say code may say, with the same defaults and checks.
 */
public final class GatewayBuilder {
    private final Map<String, Object> tables = new LinkedHashMap<>();

    GatewayBuilder() {
    }

    /** {@return the configuration} */
    public GatewayConfig build() {
        throw new UnsupportedOperationException();
    }
}
