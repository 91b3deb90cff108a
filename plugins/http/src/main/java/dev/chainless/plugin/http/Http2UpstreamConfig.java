package dev.chainless.plugin.http;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;

/**
 * How one HTTP/2 connection to an endpoint is used: the table {@code http.h2} of a cluster.
 *
 * @param maxConcurrentStreams that we open, if the endpoint allows as many
 * @param streamWindow bytes of a response that may be on their way before they were consumed
 * @param connectionWindow likewise of all responses together
 * @param maxControlFramesPerSecond frames that carry neither heads nor data, beside those that heads and data allow
 * @param maxContinuations CONTINUATION frames of one head
 */
public record Http2UpstreamConfig(
        @Doc("The most requests at once on one connection, if the endpoint allows as many. More open another one.")
        @Default("100") @Range(min = "1", max = "65536") int maxConcurrentStreams,
        @Doc("The most bytes of one response's body that may come before they are consumed.")
        @Default("256KiB") @Range(min = "1KiB", max = "64MiB") ByteSize streamWindow,
        @Doc("The most bytes of all bodies of a connection together that may come before they are consumed.")
        @Default("4MiB") @Range(min = "64KiB", max = "1GiB") ByteSize connectionWindow,
        @Doc("The most frames in a second that carry neither heads nor data. Four more for each that does.")
        @Default("10000") @Range(min = "10", max = "1000000") int maxControlFramesPerSecond,
        @Doc("The most CONTINUATION frames of one head.")
        @Default("16") @Range(min = "0", max = "1024") int maxContinuations) {

    Http2Limits limits(HeadLimits heads) {
        return new Http2Limits(maxConcurrentStreams, Math.toIntExact(streamWindow.bytes()),
                Math.max(Http2.WINDOW, Math.toIntExact(connectionWindow.bytes())), maxContinuations,
                2 * heads.maxHead() + Http2.FRAME_SIZE);
    }
}
