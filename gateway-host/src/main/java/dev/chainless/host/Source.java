package dev.chainless.host;

import dev.chainless.spi.Endpoint;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What one discovery has found, for all that want to know. Outlives the sets of endpoints that it fills. Thread-safe. */
final class Source {
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile @Nullable List<Endpoint> found;

    /**
     * Makes a source.
     *
     * @param known what one before it found, null if nothing is known
     */
    Source(@Nullable List<Endpoint> known) {
        found = known;
    }

    /** Takes what there is from now on. */
    void found(List<Endpoint> endpoints) {
        List<Endpoint> now = List.copyOf(endpoints);
        if (!now.equals(found)) {
            found = now;
            watchers.forEach(Runnable::run);
        }
    }

    /** {@return what was found last, null as long as nothing is known} */
    @Nullable List<Endpoint> found() {
        return found;
    }

    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    void forget(Runnable watcher) {
        watchers.remove(watcher);
    }
}
