package dev.chainless.host;

import dev.chainless.spi.Discovery;
import dev.chainless.spi.Stage;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** What a plugin made of one bound table: a stage, a codec, a balancer, a discovery. */
final class Use<T> implements Part {
    private final String name;
    private final LoadedPlugin plugin;
    private final Record config;
    private final T made;
    private final UseContext context;

    Use(String name, LoadedPlugin plugin, Record config, T made, UseContext context) {
        this.name = name;
        this.plugin = plugin;
        this.config = config;
        this.made = made;
        this.context = context;
    }

    String name() {
        return name;
    }

    LoadedPlugin plugin() {
        return plugin;
    }

    Record config() {
        return config;
    }

    T made() {
        return made;
    }

    UseContext context() {
        return context;
    }

    /**
     * {@return whether the plugin would make the same of this table} A use whose client's cluster is gone is made again, so
     * that the plugin says itself what it lacks.
     *
     * @param clusters the names of those that there are
     */
    boolean fits(LoadedPlugin by, Record of, Set<String> clusters) {
        return by.equals(plugin) && of.equals(config) && clusters.containsAll(context.clients());
    }

    @Override
    public Set<LoadedPlugin> plugins() {
        return Set.of(plugin);
    }

    /** Notes that the plugin did not come back from a call to what it made: it is not called any more. */
    void leaveBehind(String sentence) {
        context.logger().log(Level.WARNING, sentence);
        context.abandoned();
        plugin.leaveBehind(sentence);
    }

    @Override
    public void close(Abandonable calls) {
        Duration limit = context.policy().closeTimeout();
        context.close();
        if (!(made instanceof Stage || made instanceof Discovery) || plugin.isLeftBehind()) {
            return;
        }
        String kind = made instanceof Stage ? "stage" : "discovery";
        try {
            calls.call(limit, () -> {
                if (made instanceof Stage stage) {
                    stage.close();
                } else if (made instanceof Discovery discovery) {
                    discovery.close();
                }
                return true;
            });
        } catch (ExecutionException e) {
            // As text: a kept exception would keep the plugin from being unloaded.
            context.logger().log(Level.WARNING,
                    "The " + kind + " \"" + name + "\" could not be closed: " + e.getCause());
        } catch (TimeoutException e) {
            if (!Thread.currentThread().isInterrupted()) { // the gateway closes
                leaveBehind("The " + kind + " \"" + name + "\" of the plugin \"" + plugin.name()
                        + "\" did not close within "
                        + limit.toMillis()
                        + " ms and is left behind; the plugin's other stages are not closed any more");
            }
        }
    }
}
