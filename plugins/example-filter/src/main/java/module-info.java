import org.jspecify.annotations.NullMarked;

/** The plugin {@code example-filter}: the model for a plugin of your own. */
@NullMarked
module dev.chainless.plugin.examplefilter {
    requires static org.jspecify;
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.examplefilter.ExampleFilterPlugin;
}
