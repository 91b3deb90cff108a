package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * A connection to an endpoint that speaks HTTP/2. The host sees its places, each of which carries one exchange after
 * another, and is a stream while it does.
 */
final class Http2UpstreamConnection extends FramedConnection<Http2UpstreamStream>
        implements
            UpstreamPlaces.Carrier {
    /** RFC 9113, section 5.1.2: what a peer should allow that has not said how many. */
    private static final int MOST_BEFORE_SETTINGS = 100;
    /** Past this number a new connection is better than running into the end of them. */
    private static final int LAST_STREAM = Integer.MAX_VALUE - 1000;

    final Http2Upstream upstream;
    /** Whether the connection is encrypted. */
    final boolean secure;
    private final UpstreamPlaces places = new UpstreamPlaces(this);
    private int nextStream = 1;
    private long allowed = MOST_BEFORE_SETTINGS;
    private boolean connects;
    /** Whether the endpoint takes no new streams. */
    private boolean leaving;
    private String refusal = "the connection takes no more requests";

    Http2UpstreamConnection(Http2Upstream upstream, LoopState loop, Channel channel) {
        super(channel, loop, upstream.shared.limits, upstream.limits, upstream.guard());
        this.upstream = upstream;
        this.secure = TlsSession.of(channel) != null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        loop.enter(channel);
        output().buffer(Preface.BYTES.length, 4096).writeBytes(Preface.BYTES);
        writePreface(Http2.ENABLE_PUSH, 0, Http2.INITIAL_WINDOW_SIZE,
                Math.toIntExact(upstream.config.streamWindow().bytes()), Http2.MAX_HEADER_LIST_SIZE,
                upstream.shared.limits.maxHead());
        flushLater();
        if (secure && !TlsSession.applicationProtocol(channel).equals(Http2.PROTOCOL)) {
            // RFC 9113, section 3.2: over TLS both sides have to agree.
            refusal = "the endpoint did not agree to HTTP/2 (ALPN)";
            closed = true;
            var _ = channel.close();
        }
    }

    // ---- for its places

    UpstreamPlaces places() {
        return places;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public FieldSection section() {
        return section;
    }

    @Override
    public int maxInformational() {
        return upstream.shared.maxInformational;
    }

    @Override
    public String refusal() {
        return refusal;
    }

    @Override
    public long most() {
        return Math.min(allowed, upstream.config.maxConcurrentStreams());
    }

    @Override
    public boolean takesMore() {
        return !closed && !leaving && channel.isActive() && nextStream < LAST_STREAM && streams.size() < most();
    }

    @Override
    public boolean hasSettings() {
        return begunByPeer();
    }

    /** RFC 8441. */
    @Override
    public boolean connects() {
        return connects;
    }

    @Override
    public UpstreamStream begin(UpstreamPlace place, Head head, boolean last) {
        Http2UpstreamStream stream = place.stream() instanceof Http2UpstreamStream before ? before
                : new Http2UpstreamStream(this, place);
        open(stream, nextStream);
        nextStream += 2;
        encoder.request(head, secure);
        writeHeaders(stream, last);
        return stream;
    }

    @Override
    public void abandon() {
        writeGoAway(0, Http2.NO_ERROR, "");
        output().flush();
        closed = true;
        var _ = channel.close();
    }

    // ---- what the endpoint says

    @Override
    void headers(int id, boolean last, byte[] block, int length) {
        Http2UpstreamStream stream = streams.get(id);
        if (stream != null) {
            stream.headers(last, block, length);
        } else if (isKnown(id)) {
            skip(block, length);
        } else {
            fail(Http2.PROTOCOL_ERROR, "the endpoint began a stream");
        }
    }

    @Override
    void goAway(int lastId, int code) {
        leaving = true;
        for (int i = 0; i < streams.places(); i++) {
            Http2UpstreamStream stream = streams.at(i);
            if (stream != null && stream.id > lastId) {
                close(stream, true);
                stream.lost(code, true, "the endpoint takes no more requests on this connection");
                i--; // those behind it moved up
            }
        }
    }

    @Override
    void setting(int name, long value) {
        if (name == Http2.MAX_CONCURRENT_STREAMS) {
            allowed = value;
        } else if (name == Http2.ENABLE_CONNECT_PROTOCOL) {
            connects = value == 1;
        } else if (name == Http2.ENABLE_PUSH && value != 0) {
            fail(Http2.PROTOCOL_ERROR, "the endpoint wants to be pushed to");
        }
    }

    @Override
    boolean isKnown(int id) {
        return (id & 1) == 1 && id < nextStream;
    }

    @Override
    int lastServed() {
        return 0;
    }

    @Override
    void priorityUpdate(int id, int priority) {
        fail(Http2.PROTOCOL_ERROR, "a PRIORITY_UPDATE from an endpoint");
    }

    @Override
    void pinged() {
        // none is sent
    }

    @Override
    void begun() {
        places.settled();
    }

    @Override
    public void headAwaited() {
        // the host's own limits hold
    }

    @Override
    void stalled(FramedStream stream) {
        stream.stalledSince = 1; // likewise
    }

    @Override
    void flushed() {
        // likewise
    }

    @Override
    void released(Http2UpstreamStream stream) {
        // its place stays
    }

    // ---- the end

    @Override
    void failed(String detail) {
        var _ = channel.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            var _ = channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        loseAll("the endpoint closed the connection");
        releaseAll();
        loop.leave();
        places.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = channel.close();
    }
}
