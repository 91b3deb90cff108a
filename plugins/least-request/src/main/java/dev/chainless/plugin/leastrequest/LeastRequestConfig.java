package dev.chainless.plugin.leastrequest;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;

/**
 * How endpoints are compared.
 *
 * @param choices how many are drawn for each request
 */
record LeastRequestConfig(
        @Doc("How many endpoints are drawn for each request, of which the least busy one gets it.")
        @Default("2") @Range(min = "2", max = "16") int choices) {}
