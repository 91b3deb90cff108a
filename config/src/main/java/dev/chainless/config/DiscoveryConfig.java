package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Rest;

/**
 * Where endpoints of a cluster are found.
 *
 * @param use the name of the discovery plugin
 * @param region of those found endpoints of which nothing is said
 * @param zone likewise
 * @param priority added to that of the endpoints
 * @param settings what else the table says, for that plugin to bind
 * @param position where the table begins
 */
public record DiscoveryConfig(
        @Doc("The discovery plugin.") String use,
        @Doc("The region of those found, unless it is said of them. Empty: not known.") @Default("") String region,
        @Doc("The zone of those found, unless it is said of them. Empty: not known.") @Default("") String zone,
        @Doc("Endpoints of 0 are used first, those of 1 when these do not suffice, and so on; added to what is said of "
                + "those found.")
        @Default("0") @Range(min = "0", max = "100") int priority,
        @Doc("The settings of the discovery; its manual says which.") @Rest RawTable settings,
        Position position) {}
