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
import io.netty.handler.timeout.IdleStateEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers the requests of one connection to the admin server. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = System.getLogger(Admin.class.getName());
    private static final String PLUGIN = "/api/v1/plugins/";
    private static final String RELOAD = "/api/v1/reload";
    private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);

    private final AdminView view;
    private final MetricRegistry metrics;
    private final boolean loopbackOnly;
    private boolean reloading;

    /**
     * Makes the handler of one connection.
     *
     * @param loopbackOnly whether only this machine can reach the server, so that a browser which believes to talk to
     *     another name has been deceived
     */
    AdminHandler(AdminView view, MetricRegistry metrics, boolean loopbackOnly) {
        this.view = view;
        this.metrics = metrics;
        this.loopbackOnly = loopbackOnly;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (reloading) {
            return; // the connection ends with the answer to the reload
        }
        Answer answer;
        boolean malformed = request.decoderResult().isFailure();
        if (!malformed && request.method().equals(HttpMethod.POST) && path(request).equals(RELOAD)) {
            reload(ctx, request);
            return;
        }
        try {
            answer = malformed ? Answer.plain(HttpResponseStatus.BAD_REQUEST, "The request is not HTTP/1.1.")
                    : answer(request);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The admin server failed at " + request.uri(), e);
            answer = Answer.plain(HttpResponseStatus.INTERNAL_SERVER_ERROR, "This failed; the log says why.");
        }
        send(ctx, request, answer, !malformed && HttpUtil.isKeepAlive(request));
    }

    private Answer answer(FullHttpRequest request) {
        if (!METHODS.contains(request.method())) {
            return Answer.plain(HttpResponseStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD.");
        }
        Answer refused = refused(request);
        return refused == null ? page(path(request), request) : refused;
    }

    /** Reloads off this thread, which meanwhile answers other connections. */
    private void reload(ChannelHandlerContext ctx, FullHttpRequest request) {
        Answer refused = refused(request);
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        // A page of another site cannot send this type without asking first, in any browser.
        if (refused == null && !type.equals("application/json")) {
            refused = Answer.plain(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "A reload is asked for with content-type: application/json.");
        }
        if (refused != null) {
            send(ctx, request, refused, HttpUtil.isKeepAlive(request));
            return;
        }
        reloading = true;
        boolean text = wantsText(request);
        request.retain();
        Thread.ofVirtual().name("reload").start(() -> {
            Answer answer;
            try {
                answer = Answer.reload(view, text);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "The reload failed", e);
                answer = Answer.plain(HttpResponseStatus.INTERNAL_SERVER_ERROR, "This failed; the log says why.");
            }
            try {
                send(ctx, request, answer, false);
            } finally {
                request.release();
            }
        });
    }

    private static boolean wantsText(FullHttpRequest request) {
        return request.headers().get(HttpHeaderNames.ACCEPT, "").startsWith("text/plain");
    }

    private @Nullable Answer refused(FullHttpRequest request) {
        String refusal = AdminGuard.refusal(request, loopbackOnly);
        if (refusal != null) {
            return Answer.plain(HttpResponseStatus.FORBIDDEN, refusal);
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        // RFC 9112 section 3.2
        if (hosts.size() > 1 || (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
            return Answer.plain(HttpResponseStatus.BAD_REQUEST, "A request has one Host field.");
        }
        if (!request.uri().startsWith("/")) {
            return Answer.plain(HttpResponseStatus.BAD_REQUEST, "The request's target begins with a slash.");
        }
        return null;
    }

    private static String path(FullHttpRequest request) {
        int query = request.uri().indexOf('?');
        return query < 0 ? request.uri() : request.uri().substring(0, query);
    }

    private Answer page(String path, FullHttpRequest request) {
        return switch (path) {
            case "/" -> Answer.plain(HttpResponseStatus.OK, INDEX);
            case "/healthz" -> Answer.plain(HttpResponseStatus.OK, "ok");
            case "/readyz" -> {
                List<String> reasons = view.unreadiness();
                yield reasons.isEmpty() ? Answer.plain(HttpResponseStatus.OK, "ready")
                        : Answer.plain(HttpResponseStatus.SERVICE_UNAVAILABLE, String.join("\n", reasons));
            }
            case "/metrics" -> {
                String type = MetricRegistry.contentType(request.headers().get(HttpHeaderNames.ACCEPT));
                yield new Answer(HttpResponseStatus.OK, type, metrics.scrape(type));
            }
            case "/api/v1/routes" -> rows(AdminView::routes);
            case "/api/v1/upstreams" -> rows(AdminView::upstreams);
            case "/api/v1/plugins" -> wantsText(request)
                    ? Answer.text(PluginTable.of(view.plugins())) : rows(AdminView::plugins);
            case RELOAD -> Answer.plain(HttpResponseStatus.METHOD_NOT_ALLOWED, "Only POST.");
            case "/api/v1/config" -> Answer.json(view.config());
            default -> path.startsWith(PLUGIN) ? plugin(path.substring(PLUGIN.length()))
                    : Answer.plain(HttpResponseStatus.NOT_FOUND, "There is no such page; / lists them.");
        };
    }

    private Answer plugin(String name) {
        List<AdminView.PluginRow> rows = view.plugins().stream().filter(row -> row.name().equals(name)).toList();
        return rows.isEmpty() ? Answer.plain(HttpResponseStatus.NOT_FOUND, "The configuration names no such plugin.")
                : Answer.json(rows);
    }

    private Answer rows(Function<AdminView, List<?>> rows) {
        return Answer.json(rows.apply(view));
    }

    private static void send(ChannelHandlerContext ctx, FullHttpRequest request, Answer answer, boolean keepAlive) {
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
            response.headers().set(HttpHeaderNames.ALLOW, path(request).equals(RELOAD) ? "POST" : "GET, HEAD");
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

    private static final String INDEX = """
            Chainless

            /healthz            200 while the process lives
            /readyz             200 when it takes traffic, else 503 and why
            /metrics            for Prometheus
            /api/v1/routes      which requests go where
            /api/v1/upstreams   the endpoints of the clusters
            /api/v1/plugins     what is loaded; POST a jar to /api/v1/plugins/NAME, DELETE it there
            /api/v1/config      the configuration in effect
            /api/v1/reload      POST with content-type: application/json reads the configuration again""";
}
