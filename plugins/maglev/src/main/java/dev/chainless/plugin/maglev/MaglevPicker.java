package dev.chainless.plugin.maglev;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Exchange;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Picks by the table, and goes on from there where an endpoint was tried already or has enough to do. */
final class MaglevPicker implements Balancer.Picker {
    /** At 105 %, 95 of 100 endpoints can be full, but no more: then one of 500 walks ends without having found another. */
    private static final int MOST_PROBES = 128;

    private final KeySource[] keys;
    private final int[] table;
    private final @Nullable Load load;

    MaglevPicker(List<KeySource> keys, int[] table, @Nullable Load load) {
        this.keys = keys.toArray(KeySource[]::new);
        this.table = table;
        this.load = load;
    }

    @Override
    public int pick(Attempt attempt) {
        Exchange exchange = attempt.exchange();
        long key = key(exchange);
        int place = MaglevTable.below(table.length, key);
        int tried = attempt.number() - 1;
        Load bound = load;
        if (bound == null) {
            return tried <= 0 ? table[place] : onward(key, place, tried, null, 0);
        }
        return onward(key, place, tried, bound, bound.look(exchange.loop()));
    }

    private long key(Exchange exchange) {
        for (KeySource source : keys) {
            long key = source.of(exchange);
            if (key != KeySource.NONE) {
                return key;
            }
        }
        return ThreadLocalRandom.current().nextLong();
    }

    /** Walks through the table in the order of the key. {@return the first endpoint that takes it, after those tried} */
    private int onward(long key, int place, int tried, @Nullable Load bound, long active) {
        int step = 1 + MaglevTable.below(table.length - 1, Hash.of(key));
        int left = tried;
        int before = -1;
        int at = place;
        for (int probe = 0; probe < MOST_PROBES; probe++) {
            int endpoint = table[at];
            if (endpoint != before && (bound == null || !bound.isFull(endpoint, active))) {
                if (left <= 0) {
                    return endpoint;
                }
                left--;
                before = endpoint;
            }
            at += step;
            at = at < table.length ? at : at - table.length;
        }
        return table[place];
    }
}
