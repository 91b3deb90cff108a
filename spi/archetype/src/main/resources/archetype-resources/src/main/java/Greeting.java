package ${package};

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;

/**
 * What one use of the plugin says in its TOML table.
 *
 * @param text of the greeting
 */
record Greeting(@Doc("What the response says.") @Default("hello") String text) {}
