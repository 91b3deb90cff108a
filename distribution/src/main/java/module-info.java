import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked module dev.chainless.cli {
    requires dev.chainless.config;
    requires dev.chainless.host;
    requires info.picocli;
    requires java.logging;
    requires jdk.unsupported; // sun.misc.Signal
    requires static org.jspecify;
    requires tools.jackson.core;

    opens dev.chainless.cli to info.picocli; // fills in options and parameters by reflection
}
