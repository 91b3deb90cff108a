package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.util.Map;

/**
 * How requests spread over zones and priorities.
 *
 * @param overProvisioning in percent: what a zone's healthy endpoints can take in relation to their number
 * @param panicThreshold in percent: a healthy share below it is not believed
 * @param cost of a zone; those that cost less are used first
 * @param position where the table begins
 */
public record ZonesConfig(
        @Doc("A zone whose healthy share, times this percentage, is 100 % or more takes all requests that come to it; "
                + "what is missing goes on to the next one. 100: each endpoint that is missing counts.")
        @Default("140") @Range(min = "100", max = "1000") int overProvisioning,
        @Doc("When less than this percentage of a zone is healthy and no other zone can help, all of its endpoints are "
                + "used, for what says so many are ill may be wrong itself. 0: never.")
        @Default("50") @Range(min = "0", max = "100") int panicThreshold,
        @Doc("What a zone costs: the cheapest zone is used first, those that cost the same side by side. Zones that are not "
                + "named cost 0 if they are this node's own, 1 in its region, else 2.")
        Map<String, Integer> cost,
        Position position) {}
