package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * What a client may do on one HTTP/3 connection, and how others learn of it: the table {@code http.h3}. The bounds of what
 * lies below, such as streams and windows, are the listener's table {@code quic}. A client that goes past a bound that no
 * honest one reaches is cut off with H3_EXCESSIVE_LOAD.
 *
 * @param maxResetsPerSecond streams that are reset, by the client or because of what it does
 * @param maxControlFramesPerSecond frames that carry neither heads nor data, beside those that heads and data allow
 * @param maxUnknownFrame bytes of a frame that is not known, and is skipped
 * @param altSvc whether responses over TCP tell clients of HTTP/3
 * @param altSvcMaxAge how long clients may remember it
 */
public record Http3Config(
        @Doc("The most streams reset in a second, by the client or because of what it sends.")
        @Default("200") @Range(min = "1", max = "1000000") int maxResetsPerSecond,
        @Doc("The most frames in a second that carry neither heads nor data. Four more for each that does.")
        @Default("1000") @Range(min = "10", max = "1000000") int maxControlFramesPerSecond,
        @Doc("The most bytes of a frame of a type that is not known. It is skipped.")
        @Default("16KiB") @Range(max = "1MiB") ByteSize maxUnknownFrame,
        @Doc("Tell clients of HTTP/1.1 and 2 over TLS, by the field Alt-Svc, that the same port speaks HTTP/3.")
        @Default("true") boolean altSvc,
        @Doc("How long clients may remember that.")
        @Default("24h") @Range(min = "1s", max = "365d") Duration altSvcMaxAge) {

    FloodGuard guard(PluginContext context) {
        return new FloodGuard(context, maxResetsPerSecond, maxControlFramesPerSecond, Integer.MAX_VALUE);
    }
}
