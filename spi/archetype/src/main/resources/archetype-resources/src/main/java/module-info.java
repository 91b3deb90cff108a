/** The plugin {@code ${artifactId}}. */
module ${package} {
    requires dev.chainless.spi;

    provides dev.chainless.spi.Plugin with ${package}.GreetingPlugin;
}
