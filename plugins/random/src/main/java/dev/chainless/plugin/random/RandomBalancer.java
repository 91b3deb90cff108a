package dev.chainless.plugin.random;

import dev.chainless.spi.AliasTable;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Target;
import java.util.List;

/** Leaves the choice to chance. */
record RandomBalancer() implements Balancer {

    @Override
    public Picker picker(List<Target> targets) {
        var table = AliasTable.of(targets.stream().mapToInt(Target::weight).toArray());
        return _ -> table.draw();
    }
}
