package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;

/**
 * What a peer may do on one HTTP/2 connection: the table {@code http.h2}. A peer that goes past a bound that no honest one
 * reaches gets GOAWAY with ENHANCE_YOUR_CALM.
 *
 * @param maxConcurrentStreams that a peer may have open
 * @param streamWindow bytes of a stream that may be on their way before they were consumed
 * @param connectionWindow likewise of all streams together
 * @param maxResetsPerSecond streams that are reset, by the peer or because of what it does
 * @param maxControlFramesPerSecond frames that carry neither heads nor data, beside those that heads and data allow
 * @param maxContinuations CONTINUATION frames of one head
 * @param maxUnreadAnswers answers to PING and SETTINGS, and resets, that wait for the peer to read
 */
public record Http2Config(
        @Doc("The most streams that a peer may have open at once. More are refused, to be sent again.")
        @Default("100") @Range(min = "1", max = "65536") int maxConcurrentStreams,
        @Doc("The most bytes of one stream's body that may come before they are consumed.")
        @Default("256KiB") @Range(min = "1KiB", max = "64MiB") ByteSize streamWindow,
        @Doc("The most bytes of all bodies of a connection together that may come before they are consumed.")
        @Default("1MiB") @Range(min = "64KiB", max = "1GiB") ByteSize connectionWindow,
        @Doc("The most streams reset in a second, by the peer or because of what it sends.")
        @Default("200") @Range(min = "1", max = "1000000") int maxResetsPerSecond,
        @Doc("The most frames in a second that carry neither heads nor data. Four more for each that does.")
        @Default("1000") @Range(min = "10", max = "1000000") int maxControlFramesPerSecond,
        @Doc("The most CONTINUATION frames of one head.")
        @Default("16") @Range(min = "0", max = "1024") int maxContinuations,
        @Doc("The most answers to PING and SETTINGS, and resets, that may wait for the peer to read.")
        @Default("1000") @Range(min = "10", max = "1000000") int maxUnreadAnswers) {

    Http2Limits limits(HeadLimits heads) {
        // Twice the head: what is a little too long is answered with 431 and does not end the connection.
        return new Http2Limits(maxConcurrentStreams, Math.toIntExact(streamWindow.bytes()),
                Math.max(Http2.WINDOW, Math.toIntExact(connectionWindow.bytes())), maxContinuations,
                2 * heads.maxHead() + Http2.FRAME_SIZE);
    }

    FloodGuard guard(PluginContext context) {
        return new FloodGuard(context, maxResetsPerSecond, maxControlFramesPerSecond, maxUnreadAnswers);
    }
}
