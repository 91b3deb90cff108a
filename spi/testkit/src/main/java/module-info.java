import org.jspecify.annotations.NullMarked;

/**
 * What a plugin is tested with: an exchange that runs a stage, and the contract that each plugin keeps.
 *
 * <p>Start at {@link dev.chainless.spi.testkit}. No test framework is needed: what fails throws {@link AssertionError}.
 */
@NullMarked
module dev.chainless.spi.testkit {
    requires dev.chainless.config;
    requires java.management;
    requires jdk.jfr;
    requires jdk.management;
    requires static org.jspecify;
    requires transitive dev.chainless.spi;

    exports dev.chainless.spi.testkit;
}
