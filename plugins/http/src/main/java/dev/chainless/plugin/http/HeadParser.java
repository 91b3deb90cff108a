package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of HTTP/1.1 messages, strictly by RFC 9112. One for each direction of a connection, on its loop only.
 *
 * <p>What comes is copied once, into the head's own block, and read there line by line: a start line by
 * {@link RequestLine} or {@link StatusLine}, each field by {@link FieldLines}; {@link Framing} then decides where the
 * message ends. Nothing is allocated, but for a method that is not one of the well-known.
 *
 * <p>A line that has not come whole is read as far as it goes, and then not again before its line feed is there, so
 * that a head costs the same in whatever pieces it comes: each byte is looked at three times at most. All verdicts are
 * those that the whole head would have got.
 */
final class HeadParser {
    /** All that was readable is consumed and the head goes on. */
    static final int MORE = 0;
    /** The head is filled; what follows it is still to be read from the buffer. */
    static final int DONE = 1;
    /** The head is refused: see {@link #status} and {@link #detail}. Nothing more of this connection can be read. */
    static final int BAD = 2;

    private static final int FIRST_PIECE = 1024;
    private static final int BAD_GATEWAY = 502;

    private enum Part {
        /** Nothing has come, of a request not more than an empty line. */
        IDLE,
        /** The first half of an empty line has come. */
        EMPTY_LINE,
        /** An empty line has come. */
        AFTER_EMPTY_LINE,
        START_LINE, FIELDS, COMPLETE, REFUSED
    }

    private final HeadLimits limits;
    private final RequestLine requestLine;
    private final StatusLine statusLine;
    private final @Nullable Framing framing;
    private final FieldLines fieldLines;
    private final boolean response;

    private Part part = Part.IDLE;
    /** Where the line begins that is to be read next. */
    private int line;
    private int received;
    /** Whether the line has been read in vain, up to here. */
    private boolean torn;
    private int searched;
    private HeadFault fault = HeadFault.REQUEST_LINE;
    private boolean bodiless;
    private boolean tunnel;
    private boolean switching;

    /**
     * Makes a parser.
     *
     * @param limits what is too much
     * @param response whether responses are read, else requests
     */
    HeadParser(HeadLimits limits, boolean response) {
        this(limits, response, new Framing(response));
    }

    private HeadParser(HeadLimits limits, boolean response, @Nullable Framing framing) {
        this.limits = limits;
        this.response = response;
        this.framing = framing;
        this.requestLine = new RequestLine(limits.maxTarget());
        this.statusLine = new StatusLine();
        this.fieldLines = new FieldLines(limits.maxFields(), framing);
    }

    /** {@return a parser of trailers: field lines up to an empty one, none of which may frame the message} */
    static HeadParser trailers(HeadLimits limits) {
        return new HeadParser(limits, false, null);
    }

    /**
     * Reads on.
     *
     * @param head the same one until the result is {@link #DONE}, empty at first
     * @param in what has come; exactly the head's bytes are consumed
     * @return {@link #MORE}, {@link #DONE} or {@link #BAD}; after the last, {@code BAD} again
     */
    int parse(Head head, ByteBuf in) {
        if (part == Part.COMPLETE) {
            reset();
        }
        if (part.compareTo(Part.START_LINE) < 0 && !begin(in)) {
            return part == Part.REFUSED ? BAD : MORE;
        }
        while (part != Part.REFUSED && in.isReadable()) {
            take(head, in);
            if (advance(head)) {
                in.readerIndex(in.readerIndex() - (received - line));
                return DONE;
            }
        }
        // Whoever answers a head that is refused, or never ends, may add fields to what there is.
        head.linesEnd(received);
        return part == Part.REFUSED ? BAD : MORE;
    }

    /**
     * Passes one empty line before a request: RFC 9112, section 2.2, asks for it, for old clients that send one too
     * many after a body. Anything else is the beginning of the head.
     */
    private boolean begin(ByteBuf in) {
        if (response || framing == null) {
            part = framing == null ? Part.FIELDS : Part.START_LINE;
            return true;
        }
        while (in.isReadable()) {
            byte b = in.getByte(in.readerIndex());
            if (part == Part.EMPTY_LINE) {
                if (b != '\n') {
                    return refuse(HeadFault.BARE_CR);
                }
                part = Part.AFTER_EMPTY_LINE;
            } else if (part == Part.IDLE && b == '\r') {
                part = Part.EMPTY_LINE;
            } else {
                part = Part.START_LINE;
                return true;
            }
            in.skipBytes(1);
        }
        return false;
    }

    private void take(Head head, ByteBuf in) {
        // A body that has come with the head should not be copied with it: pieces grow with what was needed so far.
        int piece = Math.max(FIRST_PIECE, received);
        int size = Math.min(Math.min(in.readableBytes(), piece), limits.maxHead() - received);
        byte[] block = head.block(received + size);
        in.readBytes(block, received, size);
        received += size;
    }

    /** {@return whether the head is complete} */
    private boolean advance(Head head) {
        while (!torn || isWhole(head.bytes())) {
            int next = part == Part.START_LINE ? startLine(head) : fieldLines.read(head, line, received);
            if (next >= 0) {
                torn = false;
                line = next;
                part = Part.FIELDS;
            } else if (next == FieldLines.LAST) {
                return finish(head);
            } else if (next == RequestLine.FAULT) {
                return refuse(Objects.requireNonNull(lineFault()));
            } else if (received == limits.maxHead()) {
                return refuse(part == Part.START_LINE && !response ? HeadFault.LONG_TARGET : HeadFault.LONG_HEAD);
            } else {
                torn = true;
                searched = received;
                return false;
            }
        }
        return false;
    }

    private boolean isWhole(byte[] block) {
        int i = searched;
        while (i < received && block[i] != '\n') {
            i++;
        }
        searched = i;
        return i < received || received == limits.maxHead();
    }

    private int startLine(Head head) {
        return response ? statusLine.read(head, received) : requestLine.read(head, received);
    }

    private @Nullable HeadFault lineFault() {
        if (part == Part.FIELDS) {
            return fieldLines.fault();
        }
        return response ? statusLine.fault() : requestLine.fault();
    }

    private boolean finish(Head head) {
        head.linesEnd(line);
        line += 2;
        HeadFault wrong = null;
        if (framing != null) {
            wrong = response
                    ? framing.response(head, bodiless, tunnel, switching)
                    : framing.request(head, requestLine);
        }
        if (wrong != null) {
            return refuse(wrong);
        }
        part = Part.COMPLETE;
        return true;
    }

    private boolean refuse(HeadFault fault) {
        this.fault = fault;
        part = Part.REFUSED;
        return false;
    }

    /** {@return the status to answer a refused request with, or 502 for a refused response} */
    int status() {
        return response ? BAD_GATEWAY : fault.status();
    }

    /** {@return why a head is refused; nothing of what was sent is in it} */
    String detail() {
        return fault.detail();
    }

    /** {@return whether a byte of the next head has come; one empty line before a request doesn't count} */
    boolean started() {
        return received > 0;
    }

    /** {@return whether the connection can be used again after the message} */
    boolean keepAlive() {
        return framing != null && framing.keepAlive();
    }

    /** {@return whether a chunked body follows} */
    boolean chunked() {
        return framing != null && framing.chunked();
    }

    /** {@return whether the client waits for a 100 before it sends the body that is to follow} */
    boolean expectContinue() {
        return framing != null && framing.expectContinue();
    }

    /** {@return whether a response's body ends with the connection, as after a switch of protocols} */
    boolean untilClose() {
        return framing != null && framing.untilClose();
    }

    /** {@return whether the request's method is CONNECT: the head has an authority and an empty target} */
    boolean connect() {
        return !response && requestLine.connect();
    }

    /**
     * Says what the next responses answer.
     *
     * @param method of the request
     */
    void forRequestMethod(String method) {
        bodiless = "HEAD".equals(method);
        tunnel = "CONNECT".equals(method);
        switching = false;
    }

    /**
     * Says what the next responses answer. A 101 is refused unless the request asked for it.
     *
     * @param request the request as it was sent
     */
    void forRequest(Head request) {
        forRequestMethod(request.method());
        switching = request.upgrade();
    }

    /** Makes the parser ready for the next head; {@link #parse} after {@link #DONE} does so too. */
    void reset() {
        part = Part.IDLE;
        line = 0;
        received = 0;
        torn = false;
        searched = 0;
        if (framing != null) {
            framing.reset();
        }
    }
}
