package dev.chainless.host;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;

/**
 * Tells the end of an encrypted connection from a cut. One that the other end has closed in TLS is closed here too, since
 * the library does not write any more then; one that broke off is an error, so that a body that goes on to the end of the
 * connection is not taken for whole (RFC 8446, section 6.1).
 */
final class CloseNotify extends ChannelInboundHandlerAdapter {
    private final boolean cutIsError;
    private boolean closed;

    /**
     * Makes a handler.
     *
     * @param cutIsError whether a body may go on to the end of the connection
     */
    CloseNotify(boolean cutIsError) {
        this.cutIsError = cutIsError;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent completion && completion.isSuccess()) {
            closed = true;
            var _ = context.close();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (cutIsError && !closed) {
            context.fireExceptionCaught(new IOException("the connection was cut"));
        }
        context.fireChannelInactive();
    }
}
