package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.TlsSession;
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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection: the only handler of its channel, and the downstream of its exchanges, one after another.
 *
 * <p>What is received runs through {@link #process}, a loop over {@link #advance}, which does one step of the current
 * {@link State}. An exchange that ends within the loop only changes the state, so that a client's pipelined requests
 * are answered one after another without recursion. Bytes that come before their turn are copied to {@link #pending};
 * when they are too many, reading stops. On the way of a request without a body the socket's read state and the timers
 * are not touched at all.
 */
final class Http1Connection extends ChannelInboundHandlerAdapter implements HttpDownstream, ClientConnection {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII);
    /** What the lines that are not the head's own need: status, Date, Connection, framing. */
    private static final int HEAD_ROOM = 512;

    private enum State {
        /** A PROXY protocol header is to come. */
        PROXY,
        /** The first bytes will say which version it is. */
        VERSION,
        /** A request's head is to come, or its rest. */
        HEAD,
        /** The body of {@link #exchange} is coming, a tunnel's data too; without an exchange it is thrown away. */
        BODY,
        /** The request is complete, its response is not: what comes now must wait. */
        WAIT,
        /** A request could not be served and is being refused: nothing is read any more. */
        REFUSED,
        /** Nothing is answered any more, but read, so that the client can read the last response. */
        LINGER,
        CLOSED,
        /** HTTP/2 it is: another handler takes over. */
        HANDED_OVER
    }

    private final ListenerCodec listener;
    private final HttpIngress ingress;
    private final LoopState loop;
    private final Channel channel;
    private final ConnectionTimer timer;
    private final ReadSwitch reading;
    private final HeadParser parser;
    private final BodyReader body;
    private Connection connection;
    private Forwarding forwarding;
    private @Nullable ProxyHeader proxyHeader;
    private @Nullable MessageOutput output;

    private State state;
    private @Nullable Exchange exchange;
    /** Whether the exchange was given to the host: before, it is only being filled. */
    private boolean delivered;
    private boolean processing;
    /** What is being processed; empty between two reads. */
    private ByteBuf input = Unpooled.EMPTY_BUFFER;
    /** Whether that is a copy of {@link #keep}'s and not the loop's read buffer. */
    private boolean copied;
    private @Nullable ByteBuf pending;
    private boolean undelivered;
    private boolean paused;
    /** Whether the host was told to wait with more of the response. */
    private boolean full;
    private boolean inputEnded;

    private boolean mustBeHttp2;
    private boolean keepAlive;
    private boolean continueDue;
    private boolean headWritten;
    private boolean tunnel;
    private int served;
    private long lingerBudget;

    Http1Connection(ListenerCodec listener, LoopState loop, String name, Channel channel) {
        this.listener = listener;
        this.ingress = listener.ingress;
        this.loop = loop;
        this.channel = channel;
        Connection direct = new Connection(name, loop.index, channel.eventLoop(), address(channel.remoteAddress()),
                address(channel.localAddress()), TlsSession.of(channel));
        ProxyHeader before = ProxyHeaderHandler.of(channel);
        this.connection = before == null ? direct : behind(before, direct);
        this.forwarding = new Forwarding(listener.forwarding, loop, connection);
        this.reading = new ReadSwitch(channel);
        this.parser = new HeadParser(listener.limits, false);
        this.body = new BodyReader(listener.maxChunkLine, listener.limits);
        this.timer = new ConnectionTimer(listener.context, loop.index, listener.writeNanos, this::readExpired,
                this::writeExpired);
        boolean proxied = !direct.secure() && listener.expectsProxyHeader(channel.remoteAddress());
        this.proxyHeader = proxied ? new ProxyHeader(listener.limits.maxHead()) : null;
        this.state = proxied ? State.PROXY : firstState();
    }

    private static InetSocketAddress address(java.net.SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet : new InetSocketAddress("0.0.0.0", 0);
    }

    /** {@return the connection between those that the header names} */
    private static Connection behind(ProxyHeader header, Connection direct) {
        InetSocketAddress source = header.source();
        InetSocketAddress destination = header.destination();
        return source == null || destination == null ? direct
                : new Connection(direct.listener(), direct.loop(), direct.eventLoop(), source, destination,
                        direct.tls());
    }

    private MessageOutput output() {
        return Objects.requireNonNull(output);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        output = new MessageOutput(context, loop);
        timer.output(output());
        listener.opened(loop, this, channel);
        timer.readWithin(listener.headNanos);
    }

    // ---- what is received

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf before = pending;
        if (before == null) {
            input = in;
            copied = false;
        } else {
            pending = null;
            input = before.discardSomeReadBytes().writeBytes(in);
            copied = true;
            in.release();
        }
        process();
    }

    private void process() {
        processing = true;
        try {
            while (advance()) {
                // One step after another.
            }
            if (inputEnded && state == State.HEAD && !input.isReadable()) {
                endedBeforeRequest();
            }
        } finally {
            processing = false;
            if (state != State.HANDED_OVER) {
                keep();
            }
        }
        if (state == State.HANDED_OVER) {
            handOver();
            return;
        }
        output().flush();
        if (state != State.CLOSED) {
            timer.watchWrites();
        }
    }

    private boolean advance() {
        return switch (state) {
            case PROXY -> proxyHeader();
            case VERSION -> version();
            case HEAD -> head();
            case BODY -> body();
            case WAIT, REFUSED, HANDED_OVER -> false;
            case LINGER -> linger();
            case CLOSED -> skip();
        };
    }

    /** What is left must not pin the loop's read buffer, so it moves to a buffer of its size. */
    private void keep() {
        ByteBuf in = input;
        input = Unpooled.EMPTY_BUFFER;
        int left = in.readableBytes();
        if (left == 0 || state == State.CLOSED) {
            in.release();
        } else if (copied) {
            pending = in;
        } else {
            pending = channel.alloc().buffer(left).writeBytes(in);
            in.release();
        }
        adjustReading();
    }

    private boolean skip() {
        input.skipBytes(input.readableBytes());
        return false;
    }

    private boolean proxyHeader() {
        ProxyHeader header = Objects.requireNonNull(proxyHeader);
        int result = header.parse(input);
        if (result == ProxyHeader.MORE) {
            return false;
        }
        if (result == ProxyHeader.BAD) {
            close();
            return true;
        }
        connection = behind(header, connection);
        forwarding = new Forwarding(listener.forwarding, loop, connection);
        proxyHeader = null;
        state = firstState();
        return true;
    }

    /** Over TLS, ALPN says which version it is (RFC 9113, section 3.2), and 1.1 where it says nothing; else the first bytes. */
    private State firstState() {
        mustBeHttp2 = connection.applicationProtocol().equals(Http2.PROTOCOL) || !listener.speaksHttp1;
        return mustBeHttp2 || (listener.speaksHttp2 && !connection.secure()) ? State.VERSION : State.HEAD;
    }

    /** RFC 9113, section 3.4: whoever speaks HTTP/2 begins with the preface, and nobody else does. */
    private boolean version() {
        int matched = Preface.match(input);
        if (matched == Preface.MORE) {
            return false;
        }
        if (matched == Preface.HTTP_2) {
            state = State.HANDED_OVER;
        } else if (!mustBeHttp2) {
            state = State.HEAD;
        } else {
            close();
        }
        return true;
    }

    private void handOver() {
        ByteBuf rest = input;
        input = Unpooled.EMPTY_BUFFER;
        timer.close();
        output().release();
        var successor = new Http2Connection(listener, loop, channel, connection, forwarding);
        channel.pipeline().replace(this, null, successor);
        listener.closed(loop, this);
        successor.receive(rest);
    }

    private boolean head() {
        if (!input.isReadable()) {
            return false;
        }
        Exchange x = exchange;
        boolean begins = x == null;
        if (x == null) {
            x = ingress.open(loop.index, this);
            exchange = x;
            delivered = false;
        }
        int result = parser.parse(x.request(), input);
        if (result == HeadParser.DONE) {
            begin(x);
        } else if (result == HeadParser.BAD) {
            refuse(x, parser.status(), parser.detail());
        } else if (begins && served > 0) {
            timer.readWithin(listener.headNanos);
        }
        return result != HeadParser.MORE;
    }

    private void begin(Exchange x) {
        Head head = x.request();
        head.secure(connection.secure());
        x.connection(connection, forwarding.client(head));
        if (parser.connect()) {
            refuse(x, 501, "this is no forward proxy");
            return;
        }
        forwarding.apply(x);
        served++;
        int limit = listener.config.maxRequestsPerConnection();
        keepAlive = parser.keepAlive() && (limit == 0 || served < limit);
        long length = head.contentLength();
        deliver(x);
        if (length == 0) {
            timer.readDone();
            state = State.WAIT;
            ingress.request(x);
        } else {
            beginBody(x, length);
        }
    }

    private void beginBody(Exchange x, long length) {
        if (length > 0) {
            body.length(length);
        } else {
            body.chunked();
        }
        continueDue = parser.expectContinue();
        undelivered = true;
        state = State.BODY;
        timer.readWithin(listener.bodyNanos);
        ingress.request(x);
        if (continueDue && exchange == x && !paused) {
            sendContinue();
        }
    }

    private void deliver(Exchange x) {
        exchange = x;
        delivered = true;
        headWritten = false;
        continueDue = false;
        tunnel = false;
        paused = false;
        full = false;
    }

    /** RFC 9110, section 10.1.1: only while the final response has not begun, and only if the client still waits. */
    private void sendContinue() {
        continueDue = false;
        if (!headWritten && !input.isReadable()) {
            output().buffer(CONTINUE.length).writeBytes(CONTINUE);
            output().flush();
        }
    }

    private boolean body() {
        int result = body.next(input);
        if (result == BodyReader.DATA) {
            data(body.available(input));
        } else if (result == BodyReader.END) {
            bodyEnded();
        } else if (result == BodyReader.BAD) {
            brokenBody(body.detail());
        }
        return result != BodyReader.MORE;
    }

    private void data(int size) {
        Exchange x = exchange;
        body.consumed(size);
        continueDue = false;
        if (x == null) {
            input.skipBytes(size);
            lingerBudget -= size;
            if (lingerBudget < 0) {
                lingerThenClose();
            }
            return;
        }
        ByteBuf chunk;
        if (size == input.readableBytes()) {
            chunk = input;
            input = Unpooled.EMPTY_BUFFER;
        } else {
            chunk = input.readRetainedSlice(size);
        }
        if (timer.awaits()) {
            timer.readWithin(listener.bodyNanos);
        }
        undelivered = true;
        ingress.data(x, chunk);
    }

    private void bodyEnded() {
        Exchange x = exchange;
        timer.readDone();
        if (x == null) {
            nextRequest();
            return;
        }
        state = State.WAIT;
        undelivered = false;
        ingress.end(x, body.trailers());
    }

    private void brokenBody(String detail) {
        Exchange x = exchange;
        exchange = null;
        if (x == null) {
            close();
            return;
        }
        lastWords(400, "Bad Request");
        ingress.abort(x, Completion.CLIENT_ABORTED, detail);
    }

    /** Answers where no exchange can any more, if nothing was answered yet; then closes. */
    private void lastWords(int status, String reason) {
        if (headWritten) {
            close();
            return;
        }
        byte[] head = ("HTTP/1.1 " + status + ' ' + reason + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .getBytes(US_ASCII);
        output().buffer(head.length).writeBytes(head);
        lingerThenClose();
    }

    private void refuse(Exchange x, int status, String detail) {
        x.connection(connection, connection.peer().getAddress());
        deliver(x);
        keepAlive = false;
        timer.readDone();
        state = State.REFUSED;
        ingress.refuse(x, status, detail);
    }

    private void endedBeforeRequest() {
        Exchange x = exchange;
        if (x == null) {
            close();
        } else {
            refuse(x, 400, "the connection ended in the middle of the head");
        }
    }

    private boolean linger() {
        lingerBudget -= input.readableBytes();
        if (lingerBudget < 0 && output().isDrained()) {
            close();
        }
        return skip();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readCompleted();
    }

    private void readCompleted() {
        Exchange x = exchange;
        if (undelivered && x != null && delivered) {
            undelivered = false;
            ingress.readComplete(x);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event != ChannelInputShutdownEvent.INSTANCE || inputEnded) {
            return;
        }
        inputEnded = true;
        switch (state) {
            case PROXY, VERSION, LINGER -> close();
            case HEAD -> {
                if (pending == null) {
                    endedBeforeRequest();
                }
            }
            case BODY -> endedInBody();
            case WAIT, REFUSED, CLOSED, HANDED_OVER -> {}
        }
    }

    private void endedInBody() {
        Exchange x = exchange;
        if (x != null && tunnel) {
            state = State.WAIT;
            ingress.end(x, null);
        } else {
            abort(Completion.CLIENT_ABORTED, "the client closed the connection in the middle of the request's body");
            close();
        }
    }

    // ---- what is written

    @Override
    public void informational(Exchange x, Head head) {
        // RFC 9110, section 15.2: not to a client of version 1.0. A 100 is this connection's own affair.
        if (x == exchange && !headWritten && head.status() != 100 && x.request().version() > 10) {
            ByteBuf out = output().buffer(head.fieldsLength() + HEAD_ROOM);
            loop.writer.informational(out, head);
        }
    }

    @Override
    public void head(Exchange x, Head head) {
        if (x != exchange || headWritten) {
            return;
        }
        headWritten = true;
        if (head.status() == 101 && x.request().upgrade()) {
            tunnelHead(x, head);
            return;
        }
        Head request = x.request();
        boolean bodyless = isBodyless(request, head);
        boolean unknown = !bodyless && head.contentLength() == Head.UNKNOWN_LENGTH;
        boolean chunked = unknown && request.version() > 10;
        keepAlive = keepAlive && (!unknown || chunked) && mayKeepAlive();
        if (unknown || head.status() == 204 || (!bodyless && head.contentLength() == 0)) {
            // Whatever a stage left there: the length that is true, if any, is written anew.
            head.remove(FieldName.CONTENT_LENGTH);
        }
        listener.decorate(x, head, connection);
        ByteBuf out = output().buffer(head.fieldsLength() + HEAD_ROOM);
        loop.writer.response(out, head, request.version(), keepAlive, chunked);
        int framing = bodyless ? MessageOutput.NOTHING
                : chunked ? MessageOutput.CHUNKED : unknown ? MessageOutput.RAW : MessageOutput.LENGTH;
        output().frame(framing, head.contentLength());
    }

    private static boolean isBodyless(Head request, Head head) {
        int status = head.status();
        if (request.method().equals("HEAD")) {
            // No length is better than a wrong one: an upstream's answer to HEAD may not say what GET would give.
            if (head.contentLength() == 0) {
                head.contentLength(Head.UNKNOWN_LENGTH);
            }
            return true;
        }
        return status == 204 || status == 304;
    }

    private boolean mayKeepAlive() {
        if (loop.draining || ingress.draining() || (inputEnded && !hasMore())) {
            return false;
        }
        if (state != State.BODY) {
            return true;
        }
        long rest = body.remaining();
        return !continueDue && rest >= 0 && rest <= listener.lingerBytes;
    }

    private void tunnelHead(Exchange x, Head head) {
        ByteBuf out = output().buffer(head.fieldsLength() + HEAD_ROOM);
        loop.writer.response(out, head, x.request().version(), true, false);
        output().frame(MessageOutput.RAW, 0);
        tunnel = true;
        keepAlive = false;
        body.endless();
        state = State.BODY;
        // Later: the host is in the middle of its call, and what was read ahead would come back to it at once.
        channel.eventLoop().execute(this::tunnelBegun);
    }

    private void tunnelBegun() {
        resume();
        if (inputEnded && state == State.BODY) {
            endedInBody();
        }
    }

    @Override
    public void data(Exchange x, ByteBuf chunk) {
        if (x == exchange && headWritten) {
            output().data(chunk);
        } else {
            chunk.release();
        }
    }

    @Override
    public void end(Exchange x, @Nullable Head trailers) {
        if (x != exchange || !headWritten) {
            return;
        }
        boolean whole = output().end(trailers);
        exchange = null;
        delivered = false;
        undelivered = false;
        paused = false;
        if (!processing) {
            output().flush();
        }
        if (!whole) {
            close();
        } else if (tunnel || !keepAlive) {
            finish();
        } else if (state == State.BODY) {
            lingerBudget = listener.lingerBytes;
            timer.readWithin(listener.lingerNanos);
            adjustReading();
        } else {
            nextRequest();
        }
    }

    private boolean hasMore() {
        return pending != null || input.isReadable();
    }

    private void nextRequest() {
        parser.reset();
        state = State.HEAD;
        if (inputEnded && !hasMore()) {
            finish();
            return;
        }
        // Its last response may have begun before the drain, and so not have said that it was the last.
        timer.readWithin(loop.draining ? ListenerCodec.MOMENT_NANOS : listener.keepAliveNanos);
        timer.watchWrites();
        adjustReading();
        resume();
    }

    private void resume() {
        ByteBuf before = pending;
        if (!processing && before != null) {
            pending = null;
            input = before;
            copied = true;
            process();
            readCompleted();
        }
    }

    @Override
    public void flush(Exchange x) {
        if (x == exchange && !processing) {
            output().flush();
            timer.watchWrites();
        }
    }

    @Override
    public void reset(Exchange x) {
        if (x != exchange) {
            return;
        }
        exchange = null;
        // Where the end of the body is the end of the connection, only a reset says that it is not whole.
        if (headWritten && output().framing() == MessageOutput.RAW) {
            breakOff();
            return;
        }
        close();
    }

    @Override
    public boolean isWritable(Exchange x) {
        full = x == exchange && !channel.isWritable();
        return !full;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Exchange x = exchange;
        if (full && x != null && channel.isWritable()) {
            full = false;
            ingress.writable(x);
        }
    }

    @Override
    public void read(Exchange x, boolean wanted) {
        if (x != exchange || state != State.BODY || paused == !wanted) {
            return;
        }
        paused = !wanted;
        if (paused) {
            timer.readDone();
        } else {
            if (!tunnel) {
                timer.readWithin(listener.bodyNanos);
            }
            if (continueDue) {
                sendContinue();
            }
        }
        adjustReading();
    }

    /** Stops reading while too much waits or the host has asked for a pause, and resumes it. */
    private void adjustReading() {
        ByteBuf waiting = pending;
        boolean tooMuch = waiting != null && waiting.readableBytes() > listener.maxPipelined;
        boolean stopped = state == State.BODY ? paused : state == State.LINGER && lingerBudget < 0;
        reading.set(!tooMuch && !stopped);
    }

    // ---- the end

    /** Closes when all is written; if the client may still be sending, so that it can read the answer. */
    private void finish() {
        if (!tunnel && state == State.WAIT && !hasMore()) {
            state = State.CLOSED;
            whenWritten(this::close);
        } else {
            lingerThenClose();
        }
    }

    /**
     * Closes in two steps (RFC 9112, section 9.6): a close with unread bytes would make the kernel send a reset, at
     * which the client throws away the answer that it has not read yet.
     */
    private void lingerThenClose() {
        state = State.LINGER;
        lingerBudget = listener.lingerBytes;
        timer.readDone();
        ByteBuf unread = pending;
        if (unread != null) {
            pending = null;
            unread.release();
        }
        adjustReading();
        whenWritten(() -> {
            if (inputEnded || lingerBudget < 0 || !(channel instanceof DuplexChannel duplex)) {
                close();
            } else {
                HalfClose.of(duplex);
                timer.readWithin(listener.lingerNanos);
            }
        });
    }

    private void whenWritten(Runnable action) {
        output().flush();
        if (output().isDrained()) {
            action.run();
        } else {
            timer.watchWrites();
            var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener((ChannelFutureListener) written -> {
                        if (written.isSuccess()) {
                            action.run();
                        }
                    });
        }
    }

    private void close() {
        state = State.CLOSED;
        var _ = channel.close();
    }

    /** Closes with a reset; what the kernel still holds for the client is thrown away at once. */
    private void breakOff() {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        close();
    }

    private void abort(Completion reason, String detail) {
        Exchange x = exchange;
        boolean known = delivered;
        exchange = null;
        state = State.CLOSED;
        if (x != null && known) {
            ingress.abort(x, reason, detail);
        } else if (x != null) {
            x.connection(connection, connection.peer().getAddress());
            ingress.refuse(x, 400, detail);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        abort(Completion.CLIENT_ABORTED, "the client closed the connection");
        timer.close();
        output().release();
        ByteBuf unread = pending;
        if (unread != null) {
            pending = null;
            unread.release();
        }
        listener.closed(loop, this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            listener.context.logger().log(System.Logger.Level.ERROR,
                    () -> "a connection is closed after an unexpected error: " + cause);
            listener.context.logger().log(System.Logger.Level.DEBUG, "where it came from", cause);
        }
        abort(Completion.CLIENT_ABORTED, "the client's connection broke");
        close();
    }

    // ---- time

    @Override
    public void drain(long closeAt) {
        if ((state == State.HEAD || state == State.VERSION) && exchange == null) {
            timer.readBeforeAtLast(closeAt);
        }
    }

    private void writeExpired() {
        abort(Completion.TIMED_OUT, "the client does not read the response");
        breakOff();
    }

    private void readExpired() {
        Exchange x = exchange;
        switch (state) {
            case HEAD -> {
                if (x == null) {
                    close();
                } else {
                    refuse(x, 408, "the request's head did not come in time");
                }
            }
            case BODY -> {
                exchange = null;
                if (x == null) {
                    close();
                } else {
                    lastWords(408, "Request Timeout");
                    ingress.abort(x, Completion.CLIENT_ABORTED, "the request's body did not come in time");
                }
            }
            case PROXY, VERSION, LINGER -> close();
            case WAIT, REFUSED, CLOSED, HANDED_OVER -> {}
        }
    }
}
