package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.Range;

/**
 * The admin server.
 *
 * @param enabled whether there is one
 * @param listen its address; port 0 for any free one
 * @param acceptPlugins whether plugins may be added and removed through it
 */
public record AdminConfig(
        @Doc("Whether there is an admin server.") @Default("true") boolean enabled,
        @Doc("The address of the admin server. It asks for no password: keep it off the internet. "
                + "Port 0: any free port.")
        @Default("127.0.0.1:9901") @Range(min = "0") HostPort listen,
        @Doc("Whether plugins may be added and removed through the admin server. Where it listens on an address that "
                + "other machines reach, it takes only plugins that the plugin-policy requires something of.")
        @Default("true") boolean acceptPlugins) {}
