package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers the requests of one connection to the admin server. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = System.getLogger(Admin.class.getName());
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final Set<String> OPEN = Set.of("/healthz", "/readyz");

    private final AdminPages pages;
    private final AdminGuard guard;
    private boolean busy;

    /**
     * Makes the handler of one connection.
     *
     * @param pages what there is
     * @param guard who may ask
     */
    AdminHandler(AdminPages pages, AdminGuard guard) {
        this.pages = pages;
        this.guard = guard;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (busy) {
            return; // the connection ends with the answer that is being made
        }
        boolean malformed = request.decoderResult().isFailure();
        AdminPage page = malformed ? null : pages.find(path(request));
        Answer refused = malformed ? Answer.plain(HttpResponseStatus.BAD_REQUEST, "The request is not HTTP/1.1.")
                : refused(request, page);
        boolean keepAlive = !malformed && HttpUtil.isKeepAlive(request);
        if (refused != null || page == null) {
            send(ctx, request, page, refused == null
                    ? Answer.plain(HttpResponseStatus.NOT_FOUND, "There is no such page; / lists them.") : refused,
                    keepAlive);
        } else if (page.slow()) {
            later(ctx, request, page);
        } else {
            send(ctx, request, page, answer(request, page), keepAlive);
        }
    }

    private Answer answer(FullHttpRequest request, AdminPage page) {
        try {
            return page.answer().apply(new AdminPage.Ask(AdminPages.name(page, path(request)),
                    new QueryStringDecoder(request.uri()).parameters(),
                    request.headers().get(HttpHeaderNames.ACCEPT, ""),
                    request.content().toString(StandardCharsets.UTF_8), guard.knows(request)));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "The admin server failed at " + path(request), e);
            return Answer.plain(HttpResponseStatus.INTERNAL_SERVER_ERROR, "This failed; the log says why.");
        }
    }

    /** Answers off this thread, which meanwhile answers other connections. */
    private void later(ChannelHandlerContext ctx, FullHttpRequest request, AdminPage page) {
        busy = true;
        request.retain();
        Thread.ofVirtual().name("admin " + page.path()).start(() -> {
            try {
                send(ctx, request, page, answer(request, page), false);
            } finally {
                request.release();
            }
        });
    }

    private @Nullable Answer refused(FullHttpRequest request, @Nullable AdminPage page) {
        AdminGuard.Refusal refusal = guard.refusal(request);
        // A load balancer has no token, and learns nothing but yes or no.
        if (refusal != null && !(refusal.status() == 401 && OPEN.contains(path(request)))) {
            return Answer.plain(HttpResponseStatus.valueOf(refusal.status()), refusal.text());
        }
        if (!request.uri().startsWith("/")) {
            return Answer.plain(HttpResponseStatus.BAD_REQUEST, "The request's target begins with a slash.");
        }
        if (page == null) {
            return null;
        }
        boolean post = page.method().equals(HttpMethod.POST);
        if (post ? !request.method().equals(HttpMethod.POST) : !METHODS.contains(request.method())) {
            return Answer.plain(HttpResponseStatus.METHOD_NOT_ALLOWED, post ? "Only POST." : "Only GET and HEAD.");
        }
        // A page of another site cannot send this type without asking first, in any browser.
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        return post && !type.equals("application/json") ? Answer.plain(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                "This is asked for with content-type: application/json.") : null;
    }

    private static String path(FullHttpRequest request) {
        int query = request.uri().indexOf('?');
        return query < 0 ? request.uri() : request.uri().substring(0, query);
    }

    private static void send(ChannelHandlerContext ctx, FullHttpRequest request, @Nullable AdminPage page,
            Answer answer,
            boolean keepAlive) {
        ByteBuf body = Unpooled.wrappedBuffer(answer.body().getBytes(StandardCharsets.UTF_8));
        int length = body.readableBytes();
        boolean head = request.method().equals(HttpMethod.HEAD);
        if (head) {
            body.release();
            body = Unpooled.EMPTY_BUFFER;
        }
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), body);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, length).set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("x-content-type-options", "nosniff");
        if (answer.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW,
                    page != null && page.method().equals(HttpMethod.POST) ? "POST" : "GET, HEAD");
        }
        if (answer.status().equals(HttpResponseStatus.UNAUTHORIZED)) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        HttpUtil.setKeepAlive(response.headers(), request.protocolVersion(), keepAlive);
        ChannelFuture written = ctx.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof IdleStateEvent) {
            var _ = ctx.close();
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.log(Level.DEBUG, "A connection to the admin server broke", cause);
        var _ = ctx.close();
    }
}
