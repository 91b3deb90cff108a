package dev.chainless.plugin.examplefilter;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.http.FieldName;
import java.time.Duration;

/**
 * What one use of the plugin says in its TOML table.
 *
 * @param field that tells the time
 * @param digits of a millisecond behind the point
 * @param slowAfter what counts as slow
 */
record ExampleConfig(
        @Doc("The field of the response that says how long the request took, in milliseconds.")
        @Default("x-took") String field,
        @Doc("How many digits of a millisecond it has behind the point.")
        @Default("1") @Range(min = "0", max = "3") int digits,
        @Doc("How long a request may take without being counted as slow.")
        @Default("1s") @Range(min = "1ms", max = "1h") Duration slowAfter) {

    /** Refuses what is no name of a field: the sentence is shown with file, line and column. */
    ExampleConfig {
        FieldName.of(field);
    }
}
