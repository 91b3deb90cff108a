package dev.chainless.spi;

import java.util.List;
import java.util.function.Consumer;

/**
 * A plugin that finds the endpoints of clusters.
 *
 * @param <C> the record that an entry of the cluster's {@code discovery} is bound to
 */
public non-sealed interface DiscoveryPlugin<C extends Record> extends Plugin<C> {

    /**
     * Begins to look for endpoints. It must not wait for what it looks for, but it may tell at once what it knows.
     *
     * @param config the bound table
     * @param context what it may use and register
     * @param found is to be told of all endpoints whenever they have changed, on any thread that may block, by one at a time. An
     *     empty list says that there are none; as long as nothing is known, nothing is to be told. Endpoints whose region or
     *     zone is empty get those of the entry
     * @return what ends it
     * @throws IllegalArgumentException if the table cannot be meant; the message is shown with its position
     */
    Discovery discovery(C config, PluginContext context, Consumer<List<Endpoint>> found);
}
