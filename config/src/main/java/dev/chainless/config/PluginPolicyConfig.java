package dev.chainless.config;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which plugins are trusted, and what is asked of them.
 *
 * @param require what a jar must show before any class of it is loaded
 * @param digests in hex, lower case
 * @param certificate the PEM file of the certificates that sign jars
 * @param loadTimeout how long a plugin may take to be constructed, and to make one stage, codec or balancer
 * @param closeTimeout how long it may take to close a stage or a plugin
 * @param unloadTimeout after which a closed plugin whose classes are still held is reported
 * @param settle how long a jar must not have changed before it is read
 * @param warmUp how long the code of changed chains is run before requests run it
 * @param maxSize the bytes of a plugin's jars together, also of one that is sent to the admin server
 * @param maxFailures of a stage in a row, after which it is not called any more
 */
public record PluginPolicyConfig(
        @Doc("What a plugin's jars must show before any of their classes is loaded.") @Default("none") Require require,
        @Doc("With require = \"digest\": the SHA-256 of each plugin that may be loaded, in hex, as "
                + "`chainless plugins list` shows them.")
        List<String> digests,
        @Doc("With require = \"signature\": a PEM file; each entry of a jar must be signed by one of its certificates.")
        Optional<Path> certificate,
        @Doc("How long the constructor of a plugin may take, and how long it may take to read a table and to make a "
                + "stage of it; then it is left behind, and the same jar, or the same table of it, is not tried again. "
                + "A stage that is replaced has half of it to hand over its state.")
        @Default("5s") @Range(min = "100ms", max = "5m") Duration loadTimeout,
        @Doc("How long a plugin may take to close one of its stages, or itself; then it is left behind, and not asked "
                + "to close anything any more.")
        @Default("5s") @Range(min = "100ms", max = "5m") Duration closeTimeout,
        @Doc("How long the classes of a closed plugin may stay in memory before it is reported that something still "
                + "holds them.")
        @Default("20s") @Range(min = "1s", max = "1h") Duration unloadTimeout,
        @Doc("How long size and time of a jar must not have changed before it is read: longer where jars are copied "
                + "with pauses.")
        @Default("300ms") @Range(min = "50ms", max = "5m") Duration settle,
        @Doc("How long the code of all chains that a change makes may be run with made-up exchanges before requests run "
                + "it. 0s: not at all.")
        @Default("500ms") @Range(max = "1m") Duration warmUp,
        @Doc("The most that the jars of one plugin take, also of one that is sent to the admin server.")
        @Default("64MiB") @Range(min = "1KiB", max = "1GiB") ByteSize maxSize,
        @Doc("After this many failures in a row a stage is not called any more until it is replaced: its routes "
                + "answer 503, or go on without it where the stage declares that it fails open.")
        @Default("16") @Range(min = "1", max = "1000000") int maxFailures) {

    /** What a jar must show. */
    public enum Require {
        /** Nothing. */
        @Doc("nothing: whoever may write the plugins directory is trusted")
        NONE,
        /** A digest of the list. */
        @Doc("a SHA-256 that is in digests")
        DIGEST,
        /** A signature by a certificate of the file. */
        @Doc("a signature over every entry, by a certificate that is in the file certificate")
        SIGNATURE
    }

    /** Checks that what is required can be shown. */
    public PluginPolicyConfig {
        digests = digests.stream().map(digest -> digest.toLowerCase(Locale.ROOT)).toList();
        for (String digest : digests) {
            if (!digest.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("digests holds SHA-256 values of 64 hex digits, not \"" + digest
                        + "\"");
            }
        }
        if (require == Require.SIGNATURE && certificate.isEmpty()) {
            throw new IllegalArgumentException(
                    "require = \"signature\" needs certificate, the PEM file of those who may sign");
        }
    }
}
