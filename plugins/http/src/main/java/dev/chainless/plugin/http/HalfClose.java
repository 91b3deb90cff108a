package dev.chainless.plugin.http;

import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** Ends what we send and reads on. */
final class HalfClose {
    private HalfClose() {}

    /**
     * Ends the sending half of a channel, behind all that was written. Over TLS the peer is told first that this is all, so
     * that it can tell the end from a cut (RFC 8446, section 6.1).
     */
    static void of(DuplexChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            var _ = channel.shutdownOutput();
        } else {
            var _ = tls.closeOutbound().addListener(_ -> {
                var _ = channel.shutdownOutput();
            });
        }
    }
}
