package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.Range;

/**
 * A tiny origin inside the gateway, so that the quickstart needs no server of your own. Enabled, it is the cluster
 * {@code demo}.
 *
 * @param enabled whether it runs
 * @param listen its address; port 0 for any free one
 */
public record DemoConfig(
        @Doc("Whether the gateway runs a tiny origin of its own and defines the cluster \"demo\" for it.")
        @Default("false") boolean enabled,
        @Doc("The address of that origin. Port 0: any free port.")
        @Default("127.0.0.1:0") @Range(min = "0") HostPort listen) {}
