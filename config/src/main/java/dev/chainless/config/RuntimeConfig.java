package dev.chainless.config;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Threads, connections and buffers of the process.
 *
 * @param loops event loops; 0 for one per core
 * @param transport how sockets are served
 * @param drain how long exchanges in flight may go on before the end
 * @param upgradeTimeout how long a successor may take to serve
 * @param loopStall how long an event loop may be busy before that is told and others take the new connections
 * @param pluginsDirectory the folder of plugins; empty for the one that was installed
 * @param stateDirectory where the private copies of plugins are kept; empty for the usual place
 * @param maxConnections client connections over all listeners
 * @param readBuffer the most that one read from a socket takes
 * @param maxBuffered the most that is held for one stream in one direction before its source is not read any more
 */
public record RuntimeConfig(
        @Doc("How many event loops serve the connections. 0: one per core.")
        @Default("0") @Range(min = "0", max = "256") int loops,
        @Doc("How sockets are served. auto: epoll where there is one, else nio.") @Default("auto") Transport transport,
        @Doc("How long exchanges in flight may go on before the process ends, or when a reload replaces their stages or "
                + "listener.")
        @Default("30s") @Range(max = "1h") Duration drain,
        @Doc("How long the process that is to go on from here, at an upgrade, may take until it serves. Then it is ended, and "
                + "this one stays.")
        @Default("60s") @Range(min = "1s", max = "10m") Duration upgradeTimeout,
        @Doc("How long an event loop may be busy with one thing; then its stack is logged, and new connections go to "
                + "other loops until it is back. After five times as long the service manager's watchdog is not "
                + "answered any more.")
        @Default("2s") @Range(min = "100ms", max = "5m") Duration loopStall,
        @Doc("The folder where plugins are found. Absent: the one of the installation.")
        Optional<Path> pluginsDirectory,
        @Doc("Where private copies of the plugins are kept, so that a jar can be overwritten or deleted while it is "
                + "used. Absent: systemd's STATE_DIRECTORY, else chainless in XDG_STATE_HOME, else a folder of this user "
                + "in the folder for temporary files. Nobody else may have access to it.")
        Optional<Path> stateDirectory,
        @Doc("The most client connections at once, over all listeners. More are closed as they come.")
        @Default("100000") @Range(min = "1", max = "10000000") int maxConnections,
        @Doc("The most that one read from a socket takes.")
        @Default("64KiB") @Range(min = "1KiB", max = "1MiB") ByteSize readBuffer,
        @Doc("The most that is held of one stream in one direction; then its source is not read until the other "
                + "side took some.")
        @Default("256KiB") @Range(min = "16KiB", max = "64MiB") ByteSize maxBuffered) {
    /** How sockets are served. */
    public enum Transport {
        /** epoll where there is one, else NIO. */
        @Doc("epoll where there is one, else nio")
        AUTO,
        /** Linux epoll. */
        @Doc("Linux epoll")
        EPOLL,
        /** Linux io_uring. */
        @Doc("Linux io_uring: helps many small messages, hurts large bodies")
        IO_URING,
        /** The JDK's selectors. */
        @Doc("the selectors of the JDK, on any system")
        NIO
    }

    /** {@return the same with another plugins directory} */
    public RuntimeConfig withPluginsDirectory(Path directory) {
        return new RuntimeConfig(loops, transport, drain, upgradeTimeout, loopStall, Optional.of(directory),
                stateDirectory,
                maxConnections, readBuffer, maxBuffered);
    }
}
