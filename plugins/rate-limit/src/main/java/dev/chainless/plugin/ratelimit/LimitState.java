package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.PluginContext;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a limit knows of its keys, and hands over to the limit that replaces it. The live tables themselves are handed
 * over, so that both limits count in them while requests of before the change are under way.
 *
 * @param kind what a key is: of another kind, the keys mean nothing to the successor
 * @param hash that made the keys
 * @param sets as {@link Moments} has them
 * @param keys how many are in the sets
 * @param inherited whether another limit has used the sets
 */
record LimitState(String kind, KeyedHash hash, AtomicReferenceArray<long @Nullable []> sets, LongAdder keys,
        boolean inherited) {
    /** To be raised when {@link Moments} lays out its sets in another way. */
    private static final int VERSION = 1;

    /** {@return the state that a limit begins with: that of its predecessor, if it can be used} */
    static LimitState of(RateLimitConfig config, PluginContext context) {
        String kind = config.key().kind() + " " + config.key().name() + "/" + config.ipv6Prefix();
        LimitState former = context.inherited(Map.class).map(LimitState::read).orElse(null);
        if (former == null || !former.kind.equals(kind)) {
            return new LimitState(kind, KeyedHash.random(), Moments.sets(config.maxKeys()), new LongAdder(),
                    false);
        }
        if (former.sets.length() == Moments.sets(config.maxKeys()).length()) {
            return former;
        }
        // Of another size: a copy, which misses what is admitted until it is in use.
        var state = new LimitState(kind, former.hash, Moments.sets(config.maxKeys()), new LongAdder(), true);
        Moments.copy(former.sets, state.sets, state.keys, context.nanoTime());
        return state;
    }

    Map<String, Object> handOver() {
        return Map.of("version", VERSION, "kind", kind, "secret", new long[] {hash.k0(), hash.k1()}, "sets", sets,
                "keys", keys);
    }

    /** {@return what a predecessor, of this or another version of the plugin, has handed over; null if it means nothing} */
    private static @Nullable LimitState read(Map<?, ?> state) {
        return Integer.valueOf(VERSION).equals(state.get("version")) && state.get("kind") instanceof String kind
                && state.get("secret") instanceof long[] secret && secret.length == 2
                && state.get("sets") instanceof AtomicReferenceArray<?> sets && Moments.areSets(sets)
                && state.get("keys") instanceof LongAdder keys
                        ? new LimitState(kind, new KeyedHash(secret[0], secret[1]), checked(sets), keys, true)
                        : null;
    }

    @SuppressWarnings("unchecked") // each element was looked at
    private static AtomicReferenceArray<long @Nullable []> checked(AtomicReferenceArray<?> sets) {
        return (AtomicReferenceArray<long @Nullable []>) sets;
    }
}
