package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;

/**
 * How one HTTP/3 connection to an endpoint is used: the table {@code http.h3} of a cluster. The bounds of what lies below,
 * such as windows, are the cluster's table {@code quic}.
 *
 * @param maxConcurrentStreams that we open, if the endpoint allows as many
 * @param maxControlFramesPerSecond frames that carry neither heads nor data, beside those that heads and data allow
 * @param maxUnknownFrame bytes of a frame that is not known, and is skipped
 */
public record Http3UpstreamConfig(
        @Doc("The most requests at once on one connection, if the endpoint allows as many. More open another one.")
        @Default("100") @Range(min = "1", max = "65536") int maxConcurrentStreams,
        @Doc("The most frames in a second that carry neither heads nor data. Four more for each that does.")
        @Default("10000") @Range(min = "10", max = "1000000") int maxControlFramesPerSecond,
        @Doc("The most bytes of a frame of a type that is not known. It is skipped.")
        @Default("16KiB") @Range(max = "1MiB") ByteSize maxUnknownFrame) {

    FloodGuard guard(PluginContext context) {
        // An endpoint that resets streams harms nobody but itself.
        return new FloodGuard(context, Integer.MAX_VALUE, maxControlFramesPerSecond, Integer.MAX_VALUE);
    }
}
