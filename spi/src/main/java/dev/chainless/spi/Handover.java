package dev.chainless.spi;

/**
 * A stage that gives its successor its state, when its configuration changes or a new version of its plugin arrives:
 * counters of a limiter, what a cache holds.
 *
 * <p>The successor asks for the state while it is made, by {@link PluginContext#inherited}, so that it can be a record
 * with final fields. It may belong to another version of the plugin, with other classes. So the state is made of what
 * both know: types of the JDK (maps, arrays, atomic arrays, adders) and of this SPI, down to its elements. State in
 * which the host finds anything else is not handed over; the log says so, and the successor begins with nothing.
 *
 * {@snippet :
 * record Visits(ConcurrentHashMap<String, LongAdder> counts) implements RequestFilter, Handover<Map<String, Object>> {
 *     static Visits of(PluginContext context) {
 *         Object former = context.inherited(Map.class).map(state -> state.get("counts")).orElse(null);
 *         return new Visits(former instanceof ConcurrentHashMap<?, ?> kept ? checked(kept) : new ConcurrentHashMap<>());
 *     }
 *     public Map<String, Object> handOver() {
 *         return Map.of("version", 1, "counts", counts);
 *     }
 * }
 * }
 *
 * <p>Traffic runs meanwhile. The old stage serves until the new one is published, and after that the exchanges that it
 * has begun. What it counts after {@link #handOver} reaches the successor only if what was handed over is the live
 * structure, one that several threads may use; of a copy these last changes are lost. The successor may never serve at
 * all, if another part of its configuration is refused: handing over changes nothing about the old stage.
 *
 * @param <S> the type of the state, owned by the JDK or by this SPI
 */
public interface Handover<S> {

    /**
     * {@return the state, or a live structure that holds it} Called at most once, off the event loops, while the stage
     * serves. Must not block.
     */
    S handOver();
}
