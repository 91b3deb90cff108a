package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Waits for the ClientHello, and lets the handler of the certificate that fits it go on. */
final class ClientHelloHandler extends SslClientHelloHandler<@Nullable TlsIdentity> {
    private static final int MAX_LENGTH = 16 * 1024;
    private static final byte[] PLAIN = """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain\r
            Content-Length: 49\r
            Connection: close\r
            \r
            This port takes HTTPS only: write https:// here.
            """.getBytes(StandardCharsets.US_ASCII);
    /** A fatal alert, unrecognized_name (RFC 6066, section 3). */
    private static final byte[] UNKNOWN_NAME = {21, 3, 3, 0, 2, 2, 112};

    private final ServerNames names;
    private final BiFunction<ByteBufAllocator, TlsIdentity, SslHandler> handlers;
    private final HandshakeWatch watch;
    private boolean refused;

    /**
     * Makes a handler.
     *
     * @param names where certificates are found
     * @param handlers makes the one that goes on
     * @param watch is told what goes wrong and what the client asks for
     */
    ClientHelloHandler(ServerNames names, BiFunction<ByteBufAllocator, TlsIdentity, SslHandler> handlers,
            HandshakeWatch watch) {
        super(MAX_LENGTH);
        this.names = names;
        this.handlers = handlers;
        this.watch = watch;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int first = in.getUnsignedByte(in.readerIndex());
        if (first == 22) {
            super.decode(context, in, out);
            return;
        }
        in.skipBytes(in.readableBytes());
        refuse(context, first >= 'A' && first <= 'z' ? PLAIN : new byte[0], TlsFailure.NOT_TLS);
    }

    @Override
    protected Future<@Nullable TlsIdentity> lookup(ChannelHandlerContext context, @Nullable ByteBuf body) {
        if (body == null) {
            refuse(context, new byte[0], TlsFailure.NOT_TLS);
            return context.executor().newSucceededFuture(null);
        }
        ClientHello hello;
        try {
            hello = ClientHello.parse(body);
        } catch (IndexOutOfBoundsException e) {
            refuse(context, new byte[0], TlsFailure.NOT_TLS);
            return context.executor().newSucceededFuture(null);
        }
        watch.serverName(hello.serverName());
        List<TlsIdentity> found = names.find(hello.serverName());
        if (found.isEmpty()) {
            refuse(context, UNKNOWN_NAME, TlsFailure.UNKNOWN_NAME);
            return context.executor().newSucceededFuture(null);
        }
        for (TlsIdentity identity : found) {
            if (hello.takes(identity.kind())) {
                return context.executor().newSucceededFuture(identity);
            }
        }
        return context.executor().newSucceededFuture(found.getLast()); // the library says what is not in common
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, Future<@Nullable TlsIdentity> found) {
        TlsIdentity identity = found.getNow();
        if (identity != null && !context.isRemoved()) {
            SslHandler handler = handlers.apply(context.alloc(), identity);
            context.pipeline().replace(this, null, handler);
        }
    }

    private void refuse(ChannelHandlerContext context, byte[] words, TlsFailure reason) {
        refused = true;
        watch.failed(reason);
        var _ = context.writeAndFlush(Unpooled.wrappedBuffer(words)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.fireExceptionCaught(cause);
    }
}
