package dev.chainless.host;

import dev.chainless.spi.http.HttpStage;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns lists of stages into chains, with one hidden class for each <em>shape</em>, the list of the stages' types.
 *
 * <p>By shape and not by chain: 10,000 classes take seconds and tens of megabytes of metaspace to make, and their code
 * no longer fits the processor's caches. Only with a handful of chains the stages are better folded into one class
 * each.
 *
 * <p>Shapes are held weakly: what a chain was made of can be unloaded as soon as the chain is dropped. May be used from
 * any thread.
 */
final class ChainSpecialiser {
    /** The stages of one chain at most. */
    static final int MAX_STAGES = 256;

    private final boolean fold;
    private final Map<Integer, List<HeldShape>> shapes = new HashMap<>();
    private final ReferenceQueue<ChainShape> dropped = new ReferenceQueue<>();

    /**
     * Makes a specialiser without shapes.
     *
     * @param fold whether to make a class for each chain, with its stages as constants: for a handful of chains
     */
    ChainSpecialiser(boolean fold) {
        this.fold = fold;
    }

    private static final class HeldShape extends WeakReference<ChainShape> {
        final int hash;

        HeldShape(ChainShape shape, int hash, ReferenceQueue<ChainShape> queue) {
            super(shape, queue);
            this.hash = hash;
        }
    }

    /**
     * Makes a chain.
     *
     * @param stages in the order of the route
     * @param names of the plugins that made them, for stack traces; chains of one shape show those of the first
     * @throws IllegalArgumentException if there are more than {@link #MAX_STAGES}
     */
    Chain specialise(List<HttpStage> stages, List<String> names) {
        if (stages.size() > MAX_STAGES) {
            throw new IllegalArgumentException(
                    "a route has at most " + MAX_STAGES + " stages, not " + stages.size());
        }
        if (stages.size() != names.size()) {
            throw new IllegalArgumentException("there are " + stages.size() + " stages and " + names.size() + " names");
        }
        HttpStage[] row = stages.toArray(HttpStage[]::new);
        String[] labels = names.toArray(String[]::new);
        ChainShape shape = fold ? new ChainShape(row, labels, true) : shape(row, labels);
        return shape.chain(row, labels);
    }

    /** {@return the number of shapes in use} */
    synchronized int shapes() {
        forgetDropped();
        return shapes.values().stream().mapToInt(List::size).sum();
    }

    private synchronized ChainShape shape(HttpStage[] stages, String[] names) {
        forgetDropped();
        Class<?>[] types = ChainShape.types(stages);
        int hash = Arrays.hashCode(types);
        List<HeldShape> sameHash = shapes.computeIfAbsent(hash, none -> new ArrayList<>(1));
        for (HeldShape held : sameHash) {
            ChainShape shape = held.get();
            if (shape != null && Arrays.equals(shape.types(), types)) {
                return shape;
            }
        }
        var shape = new ChainShape(stages, names, false);
        sameHash.add(new HeldShape(shape, hash, dropped));
        return shape;
    }

    private void forgetDropped() {
        for (var reference = dropped.poll(); reference != null; reference = dropped.poll()) {
            HeldShape held = (HeldShape) reference;
            List<HeldShape> sameHash = shapes.get(held.hash);
            if (sameHash != null && sameHash.remove(held) && sameHash.isEmpty()) {
                shapes.remove(held.hash);
            }
        }
    }
}
