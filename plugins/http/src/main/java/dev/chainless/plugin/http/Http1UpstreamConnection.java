package dev.chainless.plugin.http;

import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint: the only handler of its channel. It serves one attempt after another; what an attempt
 * leaves behind decides whether there is a next one.
 */
final class Http1UpstreamConnection extends ChannelInboundHandlerAdapter implements UpstreamConnection {
    /** What the lines that are not the head's own need: Host, Connection, framing. */
    private static final int HEAD_ROOM = 512;

    private enum State {
        /** No attempt, or one whose response has not begun. */
        HEAD,
        /** The response's body is coming, a tunnel's data too. */
        BODY,
        CLOSED
    }

    private final Http1Upstream upstream;
    private final Channel channel;
    private final ReadSwitch reading;
    private final HeadParser parser;
    private final BodyReader body;
    private HttpEgress egress;
    private LoopState loop;
    private @Nullable MessageOutput output;

    private State state = State.HEAD;
    private @Nullable Attempt current;
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    private boolean requestEnded;
    private boolean undelivered;
    /** Whether the host was told to wait with more of the request. */
    private boolean full;
    private boolean tunnel;
    private int informational;
    private boolean used;
    private boolean flushed;
    /** Whether something of the current request may have reached the endpoint. */
    private boolean touched;
    /** Whether the connection broke, so that its end is not the end of a body. */
    private boolean broken;

    Http1UpstreamConnection(Http1Upstream upstream, LoopState loop, Channel channel, HttpEgress egress) {
        this.upstream = upstream;
        this.loop = loop;
        this.channel = channel;
        this.egress = egress;
        this.reading = new ReadSwitch(channel);
        this.parser = new HeadParser(upstream.limits, true);
        this.body = new BodyReader(upstream.maxChunkLine, upstream.limits);
    }

    private MessageOutput output() {
        return Objects.requireNonNull(output);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        output = new MessageOutput(context, loop);
        loop.enter(channel);
    }

    @Override
    public Channel channel() {
        return channel;
    }

    // ---- the request

    @Override
    public void send(Attempt attempt) {
        current = attempt;
        requestEnded = false;
        tunnel = false;
        full = false;
        flushed = false;
        touched = false;
        informational = 0;
        Head request = attempt.request();
        parser.forRequest(request);
        long length = request.contentLength();
        int room = request.method().length() + request.targetLength() + request.authorityLength()
                + request.fieldsLength() + HEAD_ROOM;
        ByteBuf out = output().buffer(room);
        if (upstream.proxyVersion != 0 && !used) {
            proxyHeader(out, attempt);
        }
        used = true;
        boolean chunked = length == Head.UNKNOWN_LENGTH;
        loop.writer.request(out, request, chunked);
        output().frame(chunked ? MessageOutput.CHUNKED : length == 0 ? MessageOutput.NOTHING : MessageOutput.LENGTH,
                length);
        if (state == State.CLOSED) {
            // The host learns of it as it would if the connection had been lost a moment later.
            channel.eventLoop().execute(() -> failed("the connection was closed"));
        }
    }

    /** The client's address; its port too, unless the address is what a hop in front said. */
    private void proxyHeader(ByteBuf out, Attempt attempt) {
        Connection connection = attempt.exchange().connection();
        InetAddress client = attempt.exchange().client();
        InetSocketAddress peer = connection.peer();
        InetSocketAddress source = client.equals(peer.getAddress()) ? peer : new InetSocketAddress(client, 0);
        ProxyHeader.write(out, upstream.proxyVersion, source, connection.local());
    }

    @Override
    public void data(Attempt attempt, ByteBuf chunk) {
        if (attempt == current) {
            output().data(chunk);
        } else {
            chunk.release();
        }
    }

    @Override
    public void end(Attempt attempt, @Nullable Head trailers) {
        if (attempt != current) {
            return;
        }
        boolean whole = output().end(trailers);
        requestEnded = true;
        flush(attempt);
        if (tunnel) {
            endTunnelOutput();
        } else if (!whole) {
            // The endpoint would wait for the rest and take the next request for it.
            cancel(attempt);
        }
    }

    @Override
    public void flush(Attempt attempt) {
        if (attempt != current) {
            return;
        }
        output().flush();
        if (!flushed) {
            flushed = true;
            // A first write that the kernel refuses closes the channel: then nothing has left.
            touched = channel.isActive();
        }
    }

    private void endTunnelOutput() {
        if (channel instanceof DuplexChannel duplex) {
            var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) written -> {
                if (written.isSuccess()) {
                    HalfClose.of(duplex);
                }
            });
        }
    }

    @Override
    public boolean isWritable(Attempt attempt) {
        full = attempt == current && !channel.isWritable();
        return !full;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Attempt attempt = current;
        if (full && attempt != null && channel.isWritable()) {
            full = false;
            egress.writable(attempt);
        }
    }

    // ---- the response

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        input = in;
        try {
            while (advance()) {
                // One step after another.
            }
        } finally {
            ByteBuf left = input;
            input = Unpooled.EMPTY_BUFFER;
            left.release();
        }
    }

    private boolean advance() {
        Attempt attempt = current;
        if (state == State.CLOSED) {
            return false;
        }
        if (attempt == null) {
            if (input.isReadable()) {
                // Nobody asked: the next request would get this as its response.
                close();
            }
            return false;
        }
        return state == State.HEAD ? head(attempt) : body(attempt);
    }

    private boolean head(Attempt attempt) {
        if (!input.isReadable()) {
            return false;
        }
        touched = true;
        int result = parser.parse(attempt.response(), input);
        if (result == HeadParser.DONE) {
            begun(attempt, attempt.response());
        } else if (result == HeadParser.BAD) {
            failed(parser.detail());
        }
        return result == HeadParser.DONE;
    }

    private void begun(Attempt attempt, Head response) {
        if (response.status() == 101) {
            beginTunnel();
        } else if (response.status() < 200) {
            informational(attempt, response);
            return;
        } else if (parser.untilClose()) {
            body.endless();
        } else if (parser.chunked()) {
            body.chunked();
        } else {
            body.length(response.contentLength());
        }
        state = State.BODY;
        undelivered = true;
        egress.response(attempt);
    }

    private void informational(Attempt attempt, Head response) {
        if (++informational > upstream.maxInformational) {
            failed("more than " + upstream.maxInformational + " informational responses");
            return;
        }
        egress.informational(attempt);
        response.clear();
        parser.reset();
    }

    private void beginTunnel() {
        tunnel = true;
        requestEnded = false;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        output().frame(MessageOutput.RAW, 0);
        body.endless();
    }

    private boolean body(Attempt attempt) {
        int result = body.next(input);
        if (result == BodyReader.DATA) {
            data(attempt);
        } else if (result == BodyReader.END) {
            ended(attempt, body.trailers());
        } else if (result == BodyReader.BAD) {
            failed(body.detail());
        }
        return result == BodyReader.DATA;
    }

    private void data(Attempt attempt) {
        int size = body.available(input);
        body.consumed(size);
        ByteBuf chunk;
        if (size == input.readableBytes()) {
            chunk = input;
            input = Unpooled.EMPTY_BUFFER;
        } else {
            chunk = input.readRetainedSlice(size);
        }
        undelivered = true;
        egress.data(attempt, chunk);
    }

    private void ended(Attempt attempt, @Nullable Head trailers) {
        current = null;
        undelivered = false;
        boolean reusable = requestEnded && !body.isEndless() && parser.keepAlive() && upstream.proxyVersion == 0
                && !input.isReadable();
        if (reusable) {
            state = State.HEAD;
            parser.reset();
            reading.set(true);
        } else {
            state = State.CLOSED;
        }
        egress.end(attempt, trailers);
        if (reusable && state != State.CLOSED && channel.isActive()) {
            egress.idle(this);
        } else {
            close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Attempt attempt = current;
        if (undelivered && attempt != null) {
            undelivered = false;
            egress.readComplete(attempt);
        }
    }

    @Override
    public void read(Attempt attempt, boolean wanted) {
        if (attempt == current) {
            reading.set(wanted);
        }
    }

    // ---- the end

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        Attempt attempt = current;
        if (event == ChannelInputShutdownEvent.INSTANCE && attempt != null) {
            ended(attempt, null);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Attempt attempt = current;
        if (attempt != null && state == State.BODY && body.isEndless() && !broken) {
            ended(attempt, null);
        } else if (attempt != null) {
            failed(state == State.BODY ? "the endpoint closed the connection in the middle of the response"
                    : "the endpoint closed the connection");
        }
        state = State.CLOSED;
        output().release();
        loop.leave();
        egress.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        broken = true;
        var _ = channel.close();
    }

    private void failed(String detail) {
        Attempt attempt = current;
        current = null;
        close();
        if (attempt != null) {
            egress.failed(attempt, !touched, detail);
        }
    }

    @Override
    public void cancel(Attempt attempt) {
        if (attempt == current) {
            current = null;
            close();
        }
    }

    @Override
    public boolean isReusable() {
        return state == State.HEAD && current == null && channel.isActive();
    }

    @Override
    public void close() {
        state = State.CLOSED;
        var _ = channel.close();
    }

    @Override
    public void moved(int loop, HttpEgress egress) {
        this.loop.leaveLater();
        this.loop = upstream.loop(loop, channel);
        this.loop.enter(channel);
        this.egress = egress;
        output().moved(this.loop);
    }
}
