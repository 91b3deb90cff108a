import org.jspecify.annotations.NullMarked;

/** To be written. */
@NullMarked
module dev.chainless.cli {
    requires static org.jspecify;
    requires dev.chainless.host;
    requires info.picocli;
}
