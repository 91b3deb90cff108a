package dev.chainless.plugin.maglev;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Makes the table that says which endpoint takes which hashes. */
final class MaglevTable {
    private final long[] hashes;
    private final int[] weights;
    private final int[] table;
    /** By endpoint, the place that it wants next, and how far it goes on from there. */
    private final int[] places;
    private final int[] steps;
    /** By endpoint, what it has earned towards its next place; a place costs the largest weight. */
    private final long[] earned;
    private final int cost;

    private MaglevTable(long[] hashes, int[] weights, int size) {
        this.hashes = hashes;
        this.weights = weights;
        this.table = new int[size];
        this.places = new int[hashes.length];
        this.steps = new int[hashes.length];
        this.earned = new long[hashes.length];
        this.cost = Arrays.stream(weights).max().orElseThrow();
        for (int i = 0; i < hashes.length; i++) {
            places[i] = below(size, hashes[i]);
            steps[i] = 1 + below(size - 1, Hash.of(hashes[i]));
            // Not the same for all, so that where there are fewer places than endpoints of small weights, some have one.
            earned[i] = below(cost, Hash.of(~hashes[i]));
        }
    }

    /**
     * {@return the index of an endpoint for each place}
     *
     * @param hashes of the endpoints' names
     * @param weights of the endpoints
     * @param size a prime
     */
    static int[] of(long[] hashes, int[] weights, int size) {
        var maker = new MaglevTable(hashes, weights, size);
        maker.fill();
        return maker.table;
    }

    /** {@return a hash as a number below a limit} */
    static int below(int limit, long hash) {
        return (int) Math.unsignedMultiplyHigh(hash, limit);
    }

    /** All endpoints in turn take the next place that they want and that is free, till there are none. */
    private void fill() {
        Arrays.fill(table, -1);
        // By hash and not as they are listed, which may differ from gateway to gateway and from set to set.
        int[] order = IntStream.range(0, hashes.length).boxed()
                .sorted(Comparator.<Integer>comparingLong(i -> hashes[i]).thenComparing(i -> i))
                .mapToInt(Integer::intValue).toArray();
        int free = table.length;
        while (true) {
            for (int endpoint : order) {
                earned[endpoint] += weights[endpoint];
                if (earned[endpoint] >= cost) {
                    earned[endpoint] -= cost;
                    take(endpoint);
                    if (--free == 0) {
                        return;
                    }
                }
            }
        }
    }

    private void take(int endpoint) {
        int place = places[endpoint];
        while (table[place] >= 0) {
            place = after(place, endpoint);
        }
        table[place] = endpoint;
        places[endpoint] = after(place, endpoint);
    }

    private int after(int place, int endpoint) {
        int next = place + steps[endpoint];
        return next < table.length ? next : next - table.length;
    }
}
