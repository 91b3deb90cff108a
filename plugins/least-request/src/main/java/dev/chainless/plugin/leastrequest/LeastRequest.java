package dev.chainless.plugin.leastrequest;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.Target;
import java.util.List;

/**
 * Prefers endpoints with few requests under way.
 *
 * @param choices how many are drawn for each pick
 */
record LeastRequest(int choices) implements Balancer {

    @Override
    public Picker picker(List<Target> targets) {
        return new LeastRequestPicker(targets, choices);
    }
}
