package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint that speaks HTTP/3. The host sees its places, each of which carries one exchange after another,
 * and has a stream while it does.
 */
final class Http3UpstreamConnection extends QuicConnection<Http3UpstreamStream> implements UpstreamPlaces.Carrier {
    /** Where the alerts of TLS begin among the codes of QUIC: RFC 9001, section 4.8. */
    private static final int TLS_ALERTS = 0x100;

    final Http3Upstream upstream;
    private final UpstreamPlaces places = new UpstreamPlaces(this);
    private final Opening opening = new Opening();
    /** Places that are free, but have to wait until the endpoint allows more streams. */
    private final List<UpstreamPlace> waiting = new ArrayList<>();
    private boolean connects;
    private boolean settled;
    /** Whether no new streams are begun. */
    private boolean leaving;
    private String refusal = "the connection takes no more requests";
    /** What QUIC said that went wrong, for logs. */
    private String trouble = "";

    Http3UpstreamConnection(Http3Upstream upstream, LoopState loop, QuicChannel channel) {
        super(channel, loop, upstream.shared.limits, true, upstream.config.maxUnknownFrame().bytes(),
                upstream.config.guard(upstream.context));
        this.upstream = upstream;
    }

    UpstreamPlaces places() {
        return places;
    }

    // ---- for its places

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
    public long most() {
        return upstream.config.maxConcurrentStreams();
    }

    /** The places are as many as streams are wanted at once; what else a stream needs, the endpoint knows. */
    @Override
    public boolean takesMore() {
        return isOpen() && isAllowed();
    }

    private boolean isOpen() {
        return !isClosed() && !leaving && channel.isActive();
    }

    /** {@return whether the endpoint allows one more stream now: RFC 9000, section 4.6} */
    private boolean isAllowed() {
        return channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0;
    }

    @Override
    public boolean awaitsMore(UpstreamPlace place) {
        boolean waits = isOpen() && !isAllowed();
        if (waits && !waiting.contains(place)) {
            waiting.add(place);
        }
        return waits;
    }

    @Override
    public boolean hasSettings() {
        return settled;
    }

    @Override
    public boolean connects() {
        return connects;
    }

    @Override
    public String refusal() {
        return refusal;
    }

    @Override
    public @Nullable UpstreamStream begin(UpstreamPlace place, Head head, boolean last) {
        Http3UpstreamStream stream = opening.open(place);
        if (stream != null) {
            streams.put(stream.id(), stream);
            encoder.request(head, true);
            stream.begin(encoder, last, head.upgrade());
        }
        return stream;
    }

    /** Makes the stream when there is a channel for it: the future of that may be told of later. */
    private final class Opening extends ChannelInboundHandlerAdapter {
        private @Nullable UpstreamPlace place;
        private @Nullable Http3UpstreamStream opened;

        @Nullable Http3UpstreamStream open(UpstreamPlace by) {
            place = by;
            var _ = channel.createStream(QuicStreamType.BIDIRECTIONAL, this);
            Http3UpstreamStream stream = opened;
            place = null;
            opened = null;
            return stream;
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            UpstreamPlace by = place;
            if (by != null) {
                QuicStreamChannel stream = (QuicStreamChannel) context.channel();
                prepare(stream);
                opened = new Http3UpstreamStream(Http3UpstreamConnection.this, by, stream);
                context.pipeline().replace(this, null, opened);
            }
        }
    }

    @Override
    public void abandon() {
        close(Http3.NO_ERROR, "");
    }

    // ---- what the endpoint says

    @Override
    @Nullable ChannelInboundHandler requested(QuicStreamChannel stream) {
        fail(Http3.STREAM_CREATION_ERROR, "the endpoint began a stream in both directions");
        return null;
    }

    @Override
    void settled(boolean takesConnect) {
        settled = true;
        connects = takesConnect;
        places.settled();
    }

    @Override
    void goAway(long id) {
        leave();
        for (Http3UpstreamStream stream : List.copyOf(streams.values())) {
            if (stream.id() >= id) {
                stream.unserved();
            }
        }
    }

    @Override
    void priorityUpdate(long id, int priority) {
        // refused by the control stream
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        super.userEventTriggered(context, event);
        if (event instanceof QuicStreamLimitChangedEvent) {
            freeWaiting();
        } else if (event instanceof QuicConnectionCloseEvent) {
            places.gone();
        }
    }

    private void freeWaiting() {
        List<UpstreamPlace> free = List.copyOf(waiting);
        waiting.clear();
        free.forEach(UpstreamPlace::free);
    }

    @Override
    void released() {
        // its place stays
    }

    @Override
    long stalls() {
        return 1; // the host's own limits hold
    }

    // ---- the end

    @Override
    void leave() {
        leaving = true;
        freeWaiting(); // that is: they are given up
    }

    @Override
    String closing(@Nullable QuicConnectionCloseEvent event) {
        if (event != null) {
            refusal = "the endpoint closed the connection (" + (event.isTlsError() ? "TLS alert "
                    + (event.error() - TLS_ALERTS) : "code 0x" + Integer.toHexString(event.error())) + ")";
        } else if (channel.isTimedOut()) {
            refusal = "the endpoint went silent";
        } else if (!isClosed()) {
            refusal = "the connection to the endpoint is gone" + trouble;
        }
        return refusal;
    }

    @Override
    void disconnected() {
        places.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // What goes wrong with QUIC itself ends the connection by itself; here it is only told.
        trouble = ": " + cause.getMessage();
        upstream.context.logger().log(System.Logger.Level.DEBUG, "a QUIC connection", cause);
    }
}
