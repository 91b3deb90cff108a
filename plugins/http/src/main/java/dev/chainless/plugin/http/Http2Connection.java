package dev.chainless.plugin.http;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpIngress;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.ArrayDeque;

/** A client's connection that speaks HTTP/2. Its streams are the downstreams of its exchanges. */
final class Http2Connection extends FramedConnection<Http2Stream> implements ClientConnection {
    final ListenerCodec listener;
    final HttpIngress ingress;
    final Connection connection;
    final Forwarding forwarding;
    private final Http2Config config;
    private final ConnectionTimer timer;
    private final Deadline patience;
    private final ArrayDeque<Http2Stream> idle = new ArrayDeque<>();
    private long patienceUntil;
    /** The client's newest stream, and the newest that was taken. */
    private int newest;
    private int lastTaken;
    private int served;
    /** Whether the client was told that we will take no more streams soon. */
    private boolean leaving;
    /** Whether it was told the last stream that we take. */
    private boolean left;
    private boolean lingers;
    private boolean gone;
    private boolean headAwaited;

    Http2Connection(ListenerCodec listener, LoopState loop, Channel channel, Connection connection,
            Forwarding forwarding) {
        super(channel, loop, listener.limits, listener.config.h2().limits(listener.limits),
                listener.config.h2().guard(listener.context));
        this.listener = listener;
        this.ingress = listener.ingress;
        this.connection = connection;
        this.forwarding = forwarding;
        this.config = listener.config.h2();
        this.timer = new ConnectionTimer(listener.context, loop.index, listener.writeNanos, this::readExpired,
                this::writeExpired);
        this.patience = listener.context.deadline(loop.index, this::patienceEnded);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        super.handlerAdded(context);
        timer.output(output());
        listener.opened(loop, this, channel);
        timer.readWithin(listener.headNanos);
        writePreface(Http2.MAX_CONCURRENT_STREAMS, config.maxConcurrentStreams(), Http2.INITIAL_WINDOW_SIZE,
                Math.toIntExact(config.streamWindow().bytes()), Http2.MAX_HEADER_LIST_SIZE, listener.limits.maxHead(),
                Http2.ENABLE_CONNECT_PROTOCOL, 1, Http2.NO_RFC7540_PRIORITIES, 1);
    }

    // ---- what is received

    @Override
    void begun() {
        timer.readWithin(loop.draining ? ListenerCodec.MOMENT_NANOS : listener.keepAliveNanos);
        if (loop.draining) {
            leave();
        }
    }

    @Override
    void headers(int id, boolean last, byte[] block, int length) {
        headAwaited = false;
        awaitStreams();
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            trailers(stream, last, block, length);
        } else if ((id & 1) == 0) {
            fail(Http2.PROTOCOL_ERROR, "a stream of a number that is not the client's");
        } else if (id <= newest) {
            stray(id, block, length);
        } else {
            request(id, last, block, length);
        }
    }

    private void request(int id, boolean last, byte[] block, int length) {
        newest = id;
        if (left) {
            remember(id, true);
            skip(block, length); // what comes after the last stream that we take is sent again elsewhere
            return;
        }
        lastTaken = id;
        if (streams.size() >= config.maxConcurrentStreams()) {
            remember(id, true);
            if (skip(block, length)) {
                countProvoked();
                if (!closed) {
                    writeReset(id, Http2.REFUSED_STREAM);
                }
            }
            return;
        }
        Http2Stream stream = idle.pollLast();
        if (stream == null) {
            stream = new Http2Stream(this);
        }
        open(stream, id);
        timer.readDone();
        int limit = listener.config.maxRequestsPerConnection();
        if (++served == limit) {
            leave();
        }
        Exchange x = ingress.open(loop.index, stream);
        stream.exchange = x;
        section.request(x.request());
        if (decode(block, length)) {
            stream.begin(x, section.finishRequest(last), last);
        }
    }

    private void trailers(Http2Stream stream, boolean last, byte[] block, int length) {
        loop.trailers.clear();
        section.trailers(loop.trailers);
        if (!decode(block, length)) {
            return;
        }
        HeadFault fault = section.finishTrailers();
        if (stream.remoteEnded) {
            streamError(stream, Http2.STREAM_CLOSED, "HEADERS after the end of the stream");
        } else if (!last) {
            streamError(stream, Http2.PROTOCOL_ERROR, "HEADERS in the middle of the body");
        } else if (fault != null) {
            streamError(stream, Http2.PROTOCOL_ERROR, fault.detail());
        } else {
            stream.remoteEnded = true;
            stream.receivedEnd(loop.trailers.places() == 0 ? null : loop.trailers);
            closeIfEnded(stream);
        }
    }

    private void stray(int id, byte[] block, int length) {
        int how = closedLately(id);
        if (how < 0) {
            skip(block, length);
        } else if (how > 0) {
            fail(Http2.STREAM_CLOSED, "HEADERS on a closed stream");
        } else {
            fail(Http2.PROTOCOL_ERROR, "a stream of a smaller number than one before");
        }
    }

    @Override
    public void headAwaited() {
        headAwaited = true;
        timer.readWithin(listener.headNanos);
    }

    @Override
    boolean isKnown(int id) {
        return (id & 1) == 1 && id <= newest;
    }

    @Override
    int lastServed() {
        return lastTaken;
    }

    @Override
    void goAway(int lastId, int code) {
        // The client begins no more streams; it closes when it is done, or by the limit for idle connections.
    }

    @Override
    void setting(int name, long value) {
        if ((name == Http2.ENABLE_PUSH || name == Http2.ENABLE_CONNECT_PROTOCOL) && value > 1) {
            fail(Http2.PROTOCOL_ERROR, "a setting that is neither 0 nor 1");
        }
    }

    @Override
    void priorityUpdate(int id, int priority) {
        if (id == 0 || (id & 1) == 0) {
            fail(Http2.PROTOCOL_ERROR, "a PRIORITY_UPDATE for no stream");
            return;
        }
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            sender.prioritise(stream, priority);
        }
    }

    // ---- streams

    @Override
    void released(Http2Stream stream) {
        idle.addLast(stream);
        if (streams.size() == 0 && !closed) {
            if (left) {
                closeWhenWritten();
            } else {
                awaitStreams();
            }
        }
    }

    private void awaitStreams() {
        if (headAwaited) {
            return;
        }
        if (streams.size() == 0) {
            timer.readWithin(loop.draining ? ListenerCodec.MOMENT_NANOS : listener.keepAliveNanos);
        } else {
            timer.readDone();
        }
    }

    @Override
    void stalled(FramedStream stream) {
        stream.stalledSince = now();
        watch(stream.stalledSince + listener.writeNanos);
    }

    long now() {
        long now = listener.context.nanoTime();
        return now == 0 ? 1 : now;
    }

    /** Looks at the streams' own limits then, if not sooner. */
    void watch(long at) {
        if (patienceUntil == 0 || at - patienceUntil < 0) {
            patienceUntil = at;
            patience.set(at);
        }
    }

    private void patienceEnded() {
        patienceUntil = 0;
        long now = now();
        long next = 0;
        for (int i = 0; i < streams.places() && !closed; i++) {
            Http2Stream stream = streams.at(i);
            if (stream == null) {
                continue;
            }
            long due = stream.due();
            if (due != 0 && due - now <= 0) {
                stream.expired(now);
                i = -1; // the others may have moved
                next = 0;
            } else if (due != 0 && (next == 0 || due - next < 0)) {
                next = due;
            }
        }
        if (next != 0 && !closed) {
            watch(next);
        }
    }

    // ---- the end

    @Override
    public void drain(long closeAt) {
        if (begunByPeer()) {
            leave();
        }
        if (streams.size() == 0) {
            timer.readBeforeAtLast(closeAt);
        }
    }

    /**
     * Takes leave in two steps (RFC 9113, section 6.8): what the client had sent before it learns of it is served still. The
     * answer to a PING says that it has learnt.
     */
    private void leave() {
        if (!leaving && !closed) {
            leaving = true;
            writeGoAway(Integer.MAX_VALUE, Http2.NO_ERROR, "");
            writePing();
        }
    }

    @Override
    void pinged() {
        if (leaving && !left) {
            left = true;
            writeGoAway(lastTaken, Http2.NO_ERROR, "");
            if (streams.size() == 0) {
                closeWhenWritten();
            }
        }
    }

    private void readExpired() {
        if (lingers || !begunByPeer()) {
            close();
        } else if (headAwaited) {
            fail(Http2.PROTOCOL_ERROR, "a head did not come in time");
        } else if (streams.size() == 0) {
            fail(Http2.NO_ERROR, "");
        }
    }

    private void writeExpired() {
        loseAll("the client does not read");
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        close();
    }

    @Override
    void failed(String detail) {
        closeWhenWritten();
    }

    /** In two steps, for the reason that HTTP/1.1 has: a reset of the socket would take our last words back. */
    private void closeWhenWritten() {
        closed = true;
        lingers = true;
        timer.readWithin(listener.lingerNanos);
        output().flush();
        var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                HalfClose.of(duplex);
            } else {
                close();
            }
        });
    }

    @Override
    void flushed() {
        timer.watchWrites();
    }

    private void close() {
        closed = true;
        var _ = channel.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            // Without its windows and answers nothing can be finished.
            loseAll("the client closed the connection");
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (gone) {
            return;
        }
        gone = true;
        closed = true;
        loseAll("the client closed the connection");
        timer.close();
        patience.close();
        releaseAll();
        listener.closed(loop, this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            listener.context.logger().log(System.Logger.Level.ERROR,
                    () -> "a connection is closed after an unexpected error: " + cause);
            listener.context.logger().log(System.Logger.Level.DEBUG, "where it came from", cause);
        }
        loseAll("the client's connection broke");
        close();
    }
}
