package dev.chainless.host;

import dev.chainless.config.RetryConfig;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The life of one exchange, from its head to its completion. On its loop only; recycled.
 *
 * <p>Read {@link Phase} for the order of things. Whatever happens, {@link #finish} runs once and last.
 */
final class Flow extends StageRun implements AttemptHost {
    private static final Logger LOG = System.getLogger(Flow.class.getName());
    private static final byte[] OVERLOADED = "503 the gateway is overloaded\n".getBytes(StandardCharsets.US_ASCII);

    private int place;
    private final RequestPath requestPath = new RequestPath(this);
    private final ResponsePath responsePath = new ResponsePath(this);
    private final Head attemptHead = new Head();
    private long epoch;
    private @Nullable Ingress ingress;
    private @Nullable ListenerState listener;
    private @Nullable ListenerMetrics leftListener;
    private @Nullable RouteMetrics leftRoute;
    private @Nullable HttpDownstream downstream;
    private @Nullable Route route;
    private @Nullable Cluster cluster;
    private @Nullable EndpointPool pool;
    /** Where the attempt's endpoint was picked, as long as it is under way. */
    private @Nullable Tier tier;
    private int picked;
    /** Names that endpoint to a client that has not named it; null if there is nothing to say. */
    private @Nullable FieldLine stickyCookie;
    private @Nullable Link link;
    private @Nullable ByteBuf replyBody;
    private boolean requestHasBody;
    private boolean reused;
    private boolean upstreamSends;
    private boolean tunnel;
    private int triesLeft;
    /** Whether the attempt under way is one of the cluster's retries. */
    private boolean retrying;
    private long attemptStart;

    Flow(Loop loop, int place) {
        super(loop);
        this.place = place;
    }

    @Override
    long epoch() {
        return epoch;
    }

    /** {@return the place in the loop's list} */
    int place() {
        return place;
    }

    void place(int at) {
        place = at;
    }

    int maxBuffered() {
        return loop.maxBuffered();
    }

    void begin(@Nullable Ingress from, HttpDownstream out) {
        ingress = from;
        downstream = out;
    }

    HttpDownstream downstream() {
        return Objects.requireNonNull(downstream);
    }

    @Nullable Link link() {
        return link;
    }

    private Cluster cluster() {
        return Objects.requireNonNull(cluster);
    }

    // ---- request

    /** The head is complete. */
    void request() {
        ListenerState at = start();
        if (at == null) {
            return;
        }
        PathCheck path = PathCheck.check(exchange.request());
        if (path == PathCheck.BAD) {
            at.metrics().malformed.increment(loop.index());
            chain = at.chain();
            entered = at.chain().stages();
            reply(400, "the path has an encoding that cannot be meant");
            return;
        }
        Route found = at.routes().match(exchange.request());
        if (found == null) {
            chain = at.chain();
            phase = Phase.REQUEST;
            pass();
            return;
        }
        route = found;
        chain = found.chain();
        exchange.routed(found.name(), "");
        long within = within(found);
        if (within > 0) {
            limits.total(exchange.startNanos() + within);
            limits.arm(0);
        }
        phase = Phase.REQUEST;
        if (loop.grade().refuses(found.priority())) {
            overloaded(at);
            return;
        }
        if (exchange.request().contentLength() > found.maxBody()) {
            reply(413, "the request's body is longer than the route allows");
            return;
        }
        pass();
    }

    /** {@return how long the exchange may take: as the route says, and as the client does; 0 for no limit} */
    private long within(Route found) {
        long most = found.timeoutNanos();
        long asked = found.deadline() == null ? 0 : found.deadline().read(exchange.request());
        return asked == 0 ? most : most == 0 ? asked : Math.min(asked, most);
    }

    private void overloaded(ListenerState at) {
        Generation under = Objects.requireNonNull(generation);
        at.metrics().shed.increment(loop.index());
        exchange.detail("the gateway is overloaded");
        exchange.respond(503, Reasons.PLAIN_TEXT, loop.buffer(OVERLOADED));
        exchange.response().set(FieldName.RETRY_AFTER,
                Long.toString(under.config().overload().retryAfter().toSeconds()));
        beginReply();
    }

    /** Begins with the stages, less those that were given up, unless one of them must not be left out. */
    private void pass() {
        for (ChainHealth health = chain().health(); health != null; health = chain().health()) {
            if (health.refuses()) {
                reply(503, "a stage of the route fails again and again");
                return;
            }
            Chain way = health.way();
            if (way.equals(chain)) {
                break;
            }
            chain = way;
        }
        begin();
    }

    private void begin() {
        try {
            run();
        } catch (Throwable e) {
            broken(e);
        }
    }

    /** What came cannot be served: the listener's own stages see it all the same. */
    void refuse(int status, String detail) {
        ListenerState at = start();
        if (at == null) {
            return;
        }
        at.metrics().malformed.increment(loop.index());
        chain = at.chain();
        entered = at.chain().stages(); // their response filters and logs see it, though there is no request to run
        reply(status, detail);
    }

    /** Begins a request of the gateway's own, which has neither listener nor stages. */
    void send(Cluster to, Chain none) {
        exchange.started(System.nanoTime());
        requestHasBody = exchange.request().contentLength() != 0;
        if (requestHasBody) {
            requestPath.begin();
        }
        chain = none;
        entered = 0;
        exchange.routed("", to.name());
        cluster = to;
        triesLeft = to.retries();
        guarded(this::attempt);
    }

    /** Begins under the generation of the moment. {@return the listener there, null if the exchange is over already} */
    private @Nullable ListenerState start() {
        Ingress from = Objects.requireNonNull(ingress);
        Generation now = from.generation();
        ListenerState at = now == null ? null : now.listeners().get(from.listener());
        if (now == null || at == null) {
            downstream().reset(exchange); // it came after the last moment of a listener that is gone
            recycle();
            return null;
        }
        generation = now;
        listener = at;
        now.begin(loop.index());
        exchange.started(System.nanoTime());
        at.metrics().requests.increment(loop.index());
        requestHasBody = exchange.request().contentLength() != 0;
        if (requestHasBody) {
            requestPath.begin();
        }
        step = 0;
        entered = 0;
        return at;
    }

    void requestData(ByteBuf chunk) {
        int length = chunk.readableBytes();
        exchange.received(length);
        Route to = route;
        if (to != null && !tunnel && exchange.receivedBytes() > to.maxBody()) {
            chunk.release();
            if (phase.compareTo(Phase.STREAMING) < 0 && phase != Phase.IDLE) {
                guarded(() -> reply(413, "the request's body is longer than the route allows"));
            } else if (phase == Phase.STREAMING) {
                breakOff(Completion.CLIENT_ABORTED, "the request's body is longer than the route allows");
            }
            return;
        }
        if (phase == Phase.STREAMING) {
            limits.arm(cluster == null ? 0 : cluster.idleTimeout().toNanos());
        }
        try {
            requestPath.data(chunk);
        } catch (Throwable e) {
            broken(e);
        }
    }

    void requestEnd(@Nullable Head trailers) {
        guarded(() -> requestPath.end(trailers));
    }

    void requestReadComplete() {
        if (link != null && phase.compareTo(Phase.SENT) >= 0) {
            link.connection().flush(exchange.attempt());
        }
    }

    // ---- stages

    @Override
    void phaseDone() {
        switch (phase) {
            case REQUEST -> {
                entered = chain().stages();
                dispatch();
            }
            case UPSTREAM_REQUEST -> connect();
            case UPSTREAM_RESPONSE -> beginResponse();
            case RESPONSE -> writeResponse();
            default -> throw new IllegalStateException("no phase ends while " + phase);
        }
    }

    @Override
    public void guarded(Runnable work) {
        try {
            work.run();
        } catch (Throwable e) {
            broken(e);
        }
    }

    private void broken(Throwable e) {
        LOG.log(Level.ERROR, "An exchange of route \"" + exchange.route() + "\" failed while " + phase, e);
        if (phase != Phase.IDLE) {
            breakOff(Completion.UPSTREAM_ABORTED, "the gateway failed");
        }
    }

    // ---- upstream

    private void dispatch() {
        Route to = route;
        if (to == null) {
            reply(404, "no route matches");
            return;
        }
        switch (to.action()) {
            case Route.ToClusters clusters -> {
                cluster = clusters.pick(loop.index());
                exchange.routed(to.name(), cluster.name());
                clusters.rewrite(exchange.request());
                triesLeft = cluster.retries();
                for (int i = 0; i < chain().requestBodies(); i++) {
                    requestPath.addStep(i);
                }
                attempt();
            }
            case Route.LocalReply local -> {
                local.respond(exchange);
                beginReply();
            }
        }
    }

    private void attempt() {
        Attempt attempt = exchange.attempt();
        Head head = exchange.request();
        boolean own = chain().hasUpstreamRequest();
        if (route != null && route.deadline() != null && limits.total() != 0) {
            route.deadline().write(head, limits.total() - System.nanoTime());
        }
        if (own) {
            attemptHead.copyFrom(head);
            head = attemptHead;
        }
        attempt.begin(attempt.number() + 1, head);
        if (!pick(attempt)) {
            endRetry();
            reply(503, exchange.detail());
            return;
        }
        if (own) {
            phase = Phase.UPSTREAM_REQUEST;
            step = 0;
            run();
        } else {
            connect();
        }
    }

    /** Chooses where the attempt goes. {@return whether there is such a place} */
    private boolean pick(Attempt attempt) {
        EndpointState before = pool == null ? null : pool.endpoint();
        leaveEndpoint();
        Choice choice = cluster().choice();
        if (choice.isEmpty()) {
            exchange.detail("the cluster has no endpoint that could be asked");
            return false;
        }
        stickyCookie = null;
        if (pickByCookie(attempt, choice)) {
            return true;
        }
        Tier among = choice.tier(loop.index());
        int at = among.pick(attempt, before, cluster().maxRequests());
        if (at < 0) {
            exchange.detail("the endpoints have too many requests under way");
            return false;
        }
        StickyTable sticky = choice.sticky();
        if (sticky != null) {
            stickyCookie = sticky.line(among, at, exchange.request().secure());
        }
        goTo(attempt, among, at);
        return true;
    }

    /** A client that names an endpoint by its cookie gets it, if it is there; not when that has just failed. */
    private boolean pickByCookie(Attempt attempt, Choice choice) {
        StickyTable sticky = choice.sticky();
        int named = sticky == null || attempt.number() > 1 ? -1 : sticky.find(exchange.request());
        if (sticky == null || named < 0) {
            return false;
        }
        Tier among = sticky.tier(named);
        int at = sticky.member(named);
        if (!among.member(at).state().begin(cluster().maxRequests())) {
            return false;
        }
        goTo(attempt, among, at);
        return true;
    }

    private void goTo(Attempt attempt, Tier among, int at) {
        Member member = among.member(at);
        attempt.endpoint(member.endpoint());
        pool = member.state().pool(loop.index());
        tier = among;
        picked = at;
        cluster().endpoints().begun(loop.index());
    }

    /** The attempt is over, for what its endpoint is concerned. */
    private void leaveEndpoint() {
        Tier among = tier;
        if (among != null) {
            tier = null;
            among.member(picked).state().end();
            cluster().endpoints().ended(loop.index());
            endRetry();
        }
    }

    private void endRetry() {
        if (retrying) {
            retrying = false;
            cluster().endpoints().retryEnded();
        }
    }

    private void endpointFailed() {
        if (tier != null) {
            tier.picker().failed(picked);
            tier.member(picked).state().failed(loop.index());
        }
        leaveEndpoint();
    }

    private void connect() {
        phase = Phase.CONNECTING;
        long before = epoch;
        Link free = Objects.requireNonNull(pool).acquire(this);
        if (free != null) {
            linked(free);
        } else if (epoch == before && phase == Phase.CONNECTING) {
            limits.arm(cluster().connectTimeout().toNanos() + cluster().responseTimeout().toNanos());
        }
    }

    @Override
    public void linked(Link free) {
        link = free;
        reused = free.use() > 0;
        phase = Phase.SENT;
        upstreamSends = true;
        int at = loop.index();
        cluster().metrics().attempts.increment(at);
        free.pool().endpoint().requests.increment(at);
        attemptStart = System.nanoTime();
        limits.arm(attemptStart, mayRetryLate() ? cluster().attemptTimeout() : cluster().responseTimeout().toNanos());
        responsePath.begin();
        free.connection().send(exchange.attempt());
        if (exchange.request().upgrade()) {
            free.connection().flush(exchange.attempt()); // ended, or opened both ways, when the answer says which
            return;
        }
        if (!requestHasBody) {
            free.connection().end(exchange.attempt(), null);
            return;
        }
        requestPath.open();
        if (link != null) {
            link.connection().flush(exchange.attempt());
        }
    }

    @Override
    public void unlinked(int status, String detail, boolean mayRetry) {
        endpointFailed();
        // Nothing of the request has gone anywhere, so that every method may be tried again.
        if (!mayRetry || !retry(RetryConfig.On.CONNECT_FAILURE, true)) {
            reply(status, detail);
        }
    }

    @Override
    public void upstreamFailed(boolean untouched, String detail) {
        Link failed = link;
        link = null;
        upstreamSends = false;
        int at = loop.index();
        cluster().metrics().failures.increment(at);
        if (failed != null) {
            failed.pool().endpoint().failures.increment(at);
        }
        switch (phase) {
            case SENT -> guarded(() -> {
                boolean stale = untouched || reused; // a pooled connection that turned out to be dead says nothing
                if (!stale) {
                    endpointFailed();
                }
                responsePath.close();
                if (!retry(stale ? RetryConfig.On.CONNECT_FAILURE : RetryConfig.On.RESET, untouched)) {
                    reply(502, detail);
                }
            });
            case UPSTREAM_RESPONSE, RESPONSE -> guarded(() -> {
                endpointFailed();
                reply(502, detail);
            });
            case STREAMING -> {
                endpointFailed();
                breakOff(Completion.UPSTREAM_ABORTED, detail);
            }
            default -> LOG.log(Level.DEBUG, "an attempt failed while {0}", phase);
        }
    }

    /** Tries once more, if that is wanted and can be done. {@return whether it does} */
    private boolean retry(RetryConfig.On after, boolean untouched) {
        Cluster to = cluster();
        if (triesLeft == 0 || !to.retriesOn(after) || !replayable(untouched)
                || !to.endpoints().takeRetry(to.config().retry())) {
            return false;
        }
        triesLeft--;
        to.metrics().retries.increment(loop.index());
        leaveUpstream();
        retrying = true;
        responsePath.close();
        requestPath.shut();
        attempt();
        return true;
    }

    /** {@return whether another attempt would follow on one that takes too long} */
    private boolean mayRetryLate() {
        return triesLeft > 0 && cluster().attemptTimeout() > 0 && cluster().retriesOn(RetryConfig.On.TIMEOUT)
                && replayable(false);
    }

    /**
     * Whether the request may be sent once more: all of it is still here, and either the endpoint has not seen it, or sending it
     * twice does no harm (RFC 9110, section 9.2.2).
     */
    private boolean replayable(boolean untouched) {
        return !requestPath.delivered() && (untouched || idempotent(exchange.request().method()));
    }

    private static boolean idempotent(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
            default -> false;
        };
    }

    // ---- response

    @Override
    public void informational() {
        if (phase == Phase.SENT) {
            downstream().informational(exchange, exchange.attempt().response());
            downstream().flush(exchange);
        }
    }

    @Override
    public void upstreamHead() {
        if (phase != Phase.SENT) {
            return;
        }
        moment = System.nanoTime();
        cluster().metrics().responseHead.record(loop.index(), moment - attemptStart);
        if (tier != null) {
            tier.picker().answered(picked, moment - attemptStart);
            tier.member(picked).state().answered(loop.index(), exchange.attempt().response().status(),
                    moment - attemptStart);
        }
        int status = exchange.attempt().response().status();
        if (status >= 502 && status <= 504 && triesLeft > 0) {
            try {
                if (retry(RetryConfig.On.GATEWAY_ERROR, false)) {
                    return;
                }
            } catch (Throwable e) {
                broken(e);
                return;
            }
        }
        if (chain().hasUpstreamResponse()) {
            phase = Phase.UPSTREAM_RESPONSE;
            step = 0;
            begin();
            return;
        }
        try {
            beginResponse();
        } catch (Throwable e) {
            broken(e);
        }
    }

    private void beginResponse() {
        exchange.response(exchange.attempt().response());
        phase = Phase.RESPONSE;
        step = chain().responseStart(entered);
        run();
    }

    @Override
    public void upstreamData(ByteBuf chunk) {
        if (phase == Phase.STREAMING && moment == 0) {
            limits.arm(cluster().idleTimeout().toNanos());
        }
        if (!upstreamSends) {
            chunk.release();
            return;
        }
        try {
            responsePath.data(chunk);
        } catch (Throwable e) {
            broken(e);
        }
    }

    @Override
    public void upstreamEnd(@Nullable Head trailers) {
        if (!upstreamSends) {
            return;
        }
        upstreamSends = false;
        link = null;
        leaveEndpoint();
        try {
            responsePath.end(trailers);
        } catch (Throwable e) {
            broken(e);
        }
    }

    @Override
    public void upstreamReadComplete() {
        moment = 0;
        flushDownstream();
    }

    /** Whether the endpoint is to be read from. */
    void readUpstream(boolean wanted) {
        if (link != null && upstreamSends) {
            link.connection().read(exchange.attempt(), wanted);
        }
    }

    /** All of the response has gone to the client. */
    void responded(@Nullable Head trailers) {
        HttpDownstream out = downstream();
        if (link != null && requestHasBody && !requestPath.ended()) {
            leaveUpstream(); // answered before the request was whole: the connection cannot be used again
        }
        out.end(exchange, trailers);
        finish(Completion.FINISHED);
    }

    /** Sends what came so far, also what body stages hold back. */
    private void flushDownstream() {
        if (phase != Phase.STREAMING) {
            return;
        }
        try {
            responsePath.flush();
        } catch (Throwable e) {
            broken(e);
            return;
        }
        if (phase == Phase.STREAMING) {
            downstream().flush(exchange);
        }
    }

    @Override
    public void upstreamWritable() {
        guarded(requestPath::writable);
    }

    void downstreamWritable() {
        guarded(responsePath::writable);
    }

    // ---- local reply

    /** The gateway answers itself. */
    private void reply(int status, String detail) {
        exchange.detail(detail);
        byte[] text = (status + " " + Reasons.of(status) + "\n").getBytes(StandardCharsets.US_ASCII);
        exchange.respond(status, Reasons.PLAIN_TEXT, loop.buffer(text));
        beginReply();
    }

    @Override
    public void respond(@Nullable ByteBuf body) {
        if (phase == Phase.UPSTREAM_RESPONSE || phase == Phase.RESPONSE) {
            leaveUpstream(); // what the upstream answered is replaced
            responsePath.close();
            responsePath.begin();
        }
        dropReplyBody();
        replyBody = body;
    }

    @Override
    void beginReply() {
        if (phase == Phase.REQUEST && entered < chain().stages()) { // else all were passed, those without a step too
            entered = chain().enteredAt(step);
        }
        dropPause();
        leaveUpstream();
        responsePath.close();
        responsePath.begin();
        phase = Phase.RESPONSE;
        step = chain().responseStart(entered);
        run();
    }

    private void leaveUpstream() {
        if (phase == Phase.CONNECTING && link == null && pool != null) {
            pool.forget(this);
        }
        Link left = link;
        link = null;
        upstreamSends = false;
        leaveEndpoint();
        moment = 0;
        if (left != null) {
            left.connection().cancel(exchange.attempt());
        }
    }

    private void dropReplyBody() {
        ByteBuf dropped = replyBody;
        if (dropped != null) {
            replyBody = null;
            dropped.release();
        }
    }

    // ---- on the wire

    private void writeResponse() {
        Head head = exchange.response();
        if (stickyCookie != null && !exchange.isLocalReply()) {
            head.add(stickyCookie); // behind all stages: it is this client's, and not for a cache to keep
        }
        long now = now();
        exchange.responded(now);
        phase = Phase.STREAMING;
        tunnel = head.status() == 101 && !exchange.isLocalReply();
        if (exchange.request().upgrade() && link != null) {
            if (tunnel) {
                requestPath.dropSteps();
                requestPath.begin();
            } else {
                link.connection().end(exchange.attempt(), null);
            }
        }
        if (!tunnel) {
            for (int i = 0; i < chain().responseBodies(); i++) {
                if (chain().responseBodyStage(i) < entered && ChainCalls.wantsResponseBody(chain(), i, exchange)) {
                    responsePath.addStep(i);
                }
            }
        }
        if (cluster != null) {
            limits.arm(now, cluster.idleTimeout().toNanos());
        }
        downstream().head(exchange, head);
        if (exchange.isLocalReply()) {
            ByteBuf body = replyBody;
            replyBody = null;
            if (body != null) {
                if ("HEAD".equals(exchange.request().method())) {
                    body.release();
                } else {
                    responsePath.data(body);
                }
            }
            responsePath.end(null);
        }
        boolean open = tunnel;
        responsePath.open();
        if (open && phase == Phase.STREAMING) {
            requestPath.open();
            if (generation != null && generation.isReplaced()) {
                replaced(generation);
            }
        }
    }

    @Override
    void flushBoth() {
        flushDownstream();
        if (link != null && phase.compareTo(Phase.SENT) >= 0) {
            link.connection().flush(exchange.attempt());
        }
    }

    // ---- time

    private long now() {
        return moment == 0 ? System.nanoTime() : moment;
    }

    @Override
    void expired() {
        switch (phase) {
            case IDLE -> {}
            case STREAMING -> breakOff(Completion.TIMED_OUT, "the body made no progress in time");
            case CONNECTING -> guarded(() -> reply(504, "no connection to an endpoint in time"));
            case SENT -> guarded(() -> {
                endpointFailed();
                if (cluster().attemptTimeout() == 0 || !retry(RetryConfig.On.TIMEOUT, false)) {
                    reply(504, "the endpoint did not answer in time");
                }
            });
            case REQUEST, UPSTREAM_REQUEST, UPSTREAM_RESPONSE, RESPONSE ->
                guarded(() -> {
                    if (goOnWithoutDecision()) {
                        flushBoth();
                    } else if (phase == Phase.RESPONSE && exchange.isLocalReply()) {
                        breakOff(Completion.TIMED_OUT, "a stage did not decide in time");
                    } else {
                        reply(504, "a stage did not decide in time");
                    }
                });
        }
    }

    // ---- the generation goes

    /**
     * The generation was replaced. An exchange all of whose stages live on goes over to the new one, however long it lasts;
     * a tunnel whose stages go is told so, and needs no generation any more. Any other ends on the one that it began with.
     */
    void replaced(Generation old) {
        Generation next = old.engine().generations().current();
        ListenerState at = listener;
        if (generation != old || next == null || phase == Phase.IDLE) {
            return;
        }
        if (mayGoOver(next)) {
            forgetListener(at);
            next.begin(loop.index());
            generation = next;
            old.end(loop.index());
        } else if (tunnel && phase == Phase.STREAMING) {
            complete(Completion.REPLACED);
            forgetListener(at);
            chain = old.engine().none();
            entered = 0;
            route = null;
            old.closeSlots(exchange);
            exchange.dropValues();
            generation = null;
            old.end(loop.index());
        }
    }

    private boolean mayGoOver(Generation next) {
        Cluster to = cluster;
        boolean may = to == null || phase == Phase.STREAMING || next.clusters().get(to.name()) == to;
        Chain stages = chain();
        for (int i = 0; i < stages.stages() && may; i++) {
            may = next.has(stages.stage(i));
        }
        return may;
    }

    /** What a listener was under one generation refers to all of its routes, and may not be kept. */
    private void forgetListener(@Nullable ListenerState at) {
        if (at != null) {
            leftListener = at.metrics();
            leftRoute = at.counted(route);
            listener = null;
        }
    }

    /** {@return whether it broke off an exchange of this generation, or of a tunnel that came from there} */
    boolean stop(Generation old, List<Ingress> gone) {
        boolean affected = phase != Phase.IDLE && (generation == old || (ingress != null && gone.contains(ingress)));
        if (affected) {
            guarded(() -> breakOff(Completion.STOPPED, "it did not end in time after its configuration was replaced"));
        }
        return affected;
    }

    // ---- the end

    /** The client went away, or broke its protocol. */
    void abort(Completion reason, String detail) {
        if (phase == Phase.IDLE) {
            return;
        }
        exchange.detail(detail);
        leaveUpstream();
        finish(reason);
    }

    /** The response cannot be finished, and the client has to notice. */
    private void breakOff(Completion reason, String detail) {
        exchange.detail(detail);
        HttpDownstream out = downstream();
        leaveUpstream();
        if (exchange.responseNanos() != 0 || phase != Phase.IDLE) {
            out.reset(exchange);
        }
        if (phase != Phase.IDLE) {
            finish(reason);
        }
    }

    private void finish(Completion reason) {
        dropPause();
        limits.clear();
        leaveEndpoint();
        requestPath.close();
        responsePath.close();
        dropReplyBody();
        if (phase == Phase.REQUEST) {
            entered = chain().enteredAt(step);
        }
        ChainHealth health = chain().health();
        if (health != null) {
            health.passed(chain(), entered, failedStages);
        }
        complete(reason);
        if (listener != null) {
            listener.ended(exchange, route, now());
        } else if (leftListener != null && leftRoute != null) {
            leftListener.ended(exchange, leftRoute, now());
        }
        Generation under = generation;
        if (under != null) {
            under.closeSlots(exchange);
            under.end(loop.index());
        }
        recycle();
    }

    private void complete(Completion reason) {
        Chain ended = chain();
        step = ended.completeStart(entered);
        repeat(() -> ChainCalls.complete(ended, this, reason));
        step = 0;
        repeat(() -> ChainCalls.log(ended, this));
    }

    /** Calls a phase of the chain again as long as a stage throws, which then goes on behind that stage. */
    private static void repeat(Runnable work) {
        for (int failures = 0; failures <= 256; failures++) {
            try {
                work.run();
                return;
            } catch (Throwable e) {
                LOG.log(Level.ERROR, "A stage failed while its exchange completed", e);
            }
        }
    }

    private void recycle() {
        epoch++;
        phase = Phase.IDLE;
        exchange.clear();
        ingress = null;
        generation = null;
        listener = null;
        leftListener = null;
        leftRoute = null;
        downstream = null;
        chain = null;
        route = null;
        cluster = null;
        stickyCookie = null;
        pool = null;
        link = null;
        requestHasBody = false;
        upstreamSends = false;
        tunnel = false;
        moment = 0;
        failedStages = 0;
        step = 0;
        entered = 0;
        loop.recycle(this);
    }

}
