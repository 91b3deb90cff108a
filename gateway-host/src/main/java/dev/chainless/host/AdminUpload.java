package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@code POST} and {@code DELETE} of plugins on a connection to the admin server, before anything gathers bodies: a
 * jar goes to a file as it comes. Everything else passes by. A connection ends with the answer.
 */
final class AdminUpload extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = System.getLogger(Admin.class.getName());
    private static final String PATH = "/api/v1/plugins";
    /** A browser sends none of these to another site without asking first, and that is not allowed here. */
    private static final Set<String> TYPES = Set.of("application/java-archive", "application/x-java-archive",
            "application/octet-stream");
    /** How long a client that was refused may go on to send, so that it gets to read why. */
    private static final int LINGER_SECONDS = 5;

    private final PluginChanges changes;
    private final AdminGuard guard;
    private boolean busy;
    private String name = "";
    private @Nullable Path draft;
    private @Nullable FileChannel file;
    private long written;

    /**
     * Makes the handler of one connection.
     *
     * @param guard who may ask
     */
    AdminUpload(PluginChanges changes, AdminGuard guard) {
        this.changes = changes;
        this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!busy && !(message instanceof HttpRequest request && mine(request))) {
            super.channelRead(ctx, message);
            return;
        }
        try {
            if (!busy) {
                busy = true;
                begin(ctx, (HttpRequest) message);
            }
            if (message instanceof HttpContent content) {
                take(ctx, content);
            }
        } catch (IOException e) {
            answer(ctx, PluginChanges.Outcome.refused(507, "The jar cannot be written: " + PluginJars.reason(e)));
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private static boolean mine(HttpRequest request) {
        String path = new QueryStringDecoder(request.uri()).path();
        return (path.equals(PATH) || path.startsWith(PATH + "/"))
                && (request.method().equals(HttpMethod.POST) || request.method().equals(HttpMethod.DELETE))
                && !request.decoderResult().isFailure();
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) throws IOException {
        AdminGuard.Refusal refusal = guard.refusal(request);
        if (refusal == null && !changes.refusal().isEmpty()) {
            refusal = new AdminGuard.Refusal(403, changes.refusal());
        }
        if (refusal != null) {
            answer(ctx, PluginChanges.Outcome.refused(refusal.status(), refusal.text()));
            return;
        }
        name = name(new QueryStringDecoder(request.uri()));
        if (!name.matches("[a-z0-9][a-z0-9-]{0,99}")) {
            answer(ctx, PluginChanges.Outcome.refused(400, "Name the plugin in the path, " + PATH
                    + "/NAME: lower case, digits and hyphens."));
        } else if (request.method().equals(HttpMethod.DELETE)) {
            work(ctx, () -> changes.remove(name));
        } else {
            beginUpload(ctx, request);
        }
    }

    private static String name(QueryStringDecoder uri) {
        return uri.path().startsWith(PATH + "/") ? uri.path().substring(PATH.length() + 1)
                : uri.parameters().getOrDefault("name", List.of("")).getFirst();
    }

    private void beginUpload(ChannelHandlerContext ctx, HttpRequest request) throws IOException {
        CharSequence type = HttpUtil.getMimeType(request);
        if (type == null || !TYPES.contains(type.toString())) {
            answer(ctx, PluginChanges.Outcome.refused(415, "Send the jar as Content-Type: application/java-archive."));
        } else if (HttpUtil.getContentLength(request, 0L) > changes.maxSize()) {
            tooLarge(ctx);
        } else {
            Path made = changes.draft();
            draft = made;
            file = FileChannel.open(made, StandardOpenOption.WRITE);
            if (HttpUtil.is100ContinueExpected(request)) {
                var _ = ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE,
                        Unpooled.EMPTY_BUFFER));
            }
        }
    }

    private void tooLarge(ChannelHandlerContext ctx) {
        answer(ctx, PluginChanges.Outcome.refused(413, "The jar is larger than plugin-policy.max-size, "
                + changes.maxSize() + " bytes."));
    }

    private void take(ChannelHandlerContext ctx, HttpContent content) throws IOException {
        FileChannel out = file;
        Path whole = draft;
        if (out == null || whole == null) {
            return; // answered already
        }
        ByteBuf bytes = content.content();
        written += bytes.readableBytes();
        if (written > changes.maxSize()) {
            tooLarge(ctx);
            return;
        }
        while (bytes.isReadable()) {
            bytes.readBytes(out, bytes.readableBytes());
        }
        if (content instanceof LastHttpContent last) {
            if (last.decoderResult().isFailure()) {
                answer(ctx, PluginChanges.Outcome.refused(400, "The request's body is not HTTP/1.1."));
                return;
            }
            out.close();
            file = null;
            draft = null;
            work(ctx, () -> changes.add(name, whole));
        }
    }

    /** Loading takes its time, and may hang: never on the admin thread. */
    private void work(ChannelHandlerContext ctx, java.util.function.Supplier<PluginChanges.Outcome> change) {
        Thread.ofPlatform().daemon().name("plugin-change").start(() -> {
            Niceness.change();
            PluginChanges.Outcome outcome;
            try {
                outcome = change.get();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "The plugin \"" + name + "\" could not be changed", e);
                outcome = PluginChanges.Outcome.refused(500, "This failed; the log says why.");
            }
            PluginChanges.Outcome done = outcome;
            ctx.executor().execute(() -> answer(ctx, done));
        });
    }

    private void answer(ChannelHandlerContext ctx, PluginChanges.Outcome outcome) {
        drop();
        boolean text = outcome.body() instanceof String;
        String body = text ? outcome.body() + "\n" : Json.write(outcome.body());
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(outcome.status()),
                Unpooled.copiedBuffer(body, StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, text ? "text/plain; charset=utf-8" : "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store").set("x-content-type-options", "nosniff")
                .set(HttpHeaderNames.CONNECTION, "close");
        if (outcome.status() == 401) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        ctx.writeAndFlush(response).addListener(_ -> {
            if (ctx.channel() instanceof DuplexChannel socket) {
                var _ = socket.shutdownOutput();
            }
            var _ = ctx.executor().schedule(() -> {
                var _ = ctx.close();
            }, LINGER_SECONDS, TimeUnit.SECONDS);
        });
    }

    private void drop() {
        Path dropped = draft;
        FileChannel open = file;
        draft = null;
        file = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A draft could not be closed", e);
        }
        if (dropped != null) {
            PluginChanges.delete(dropped);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        drop();
        super.channelInactive(ctx);
    }
}
