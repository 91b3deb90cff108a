package dev.chainless.plugin.maglev;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.Target;
import java.util.List;

/**
 * Sends requests with the same key to the same endpoint.
 *
 * @param keys the first one that a request has counts
 * @param tableSize a prime
 * @param maxLoad in percent of the average, 0 for any
 * @param loops the number of event loops
 */
record Maglev(List<KeySource> keys, int tableSize, int maxLoad, int loops) implements Balancer {

    static Maglev of(MaglevConfig config, int loops) {
        return new Maglev(config.key().stream().map(KeySource::of).toList(), config.tableSize(),
                config.maxLoad().orElse(0), loops);
    }

    @Override
    public Picker picker(List<Target> targets) {
        long[] hashes = targets.stream().mapToLong(target -> Hash.of(target.endpoint().authority())).toArray();
        int[] weights = targets.stream().mapToInt(Target::weight).toArray();
        return new MaglevPicker(keys, MaglevTable.of(hashes, weights, tableSize),
                maxLoad == 0 ? null : new Load(targets, maxLoad, loops));
    }
}
