package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads as HTTP/1.1: the start line, the live fields in as few copies as they lie in runs, and the lines that
 * are this hop's own. What a filter has set of these is dropped, so that a head frames its message in one way only. One
 * for each loop, for it keeps the {@code Date} of the current second.
 */
final class HeadWriter {
    static final int DATE_OFFSET = 6;

    private static final byte[] CRLF = ascii("\r\n");
    private static final byte[] REQUEST_END = ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("host: ");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] LENGTH = ascii("content-length: ");
    private static final byte[] CLOSE = ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("connection: keep-alive\r\n");
    private static final byte[] UPGRADE = ascii("connection: upgrade\r\n");
    private static final byte[] TE = ascii("connection: te\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n");
    private static final byte[][] STATUS_LINES = StatusReasons.lines();
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    /** Upper bound of all lines that are not the head's own but the start line's variable parts and Host. */
    private static final int ROOM = 256;

    private byte[] date = new byte[0];
    private long dateSecond = -1;
    // What the fields of the head at hand say, by survey().
    private boolean hasHost;
    private boolean hasDate;
    private boolean hasTe;
    private boolean hasUpgrade;
    private int length;

    /**
     * Writes a request's head.
     *
     * @param out gets it
     * @param head the request; its {@code contentLength} is written unless a field says the same
     * @param chunked whether the body will be sent in chunks
     */
    void request(ByteBuf out, Head head, boolean chunked) {
        survey(head, chunked);
        String method = head.method();
        out.ensureWritable(
                method.length() + head.targetLength() + head.authorityLength() + head.fieldsLength() + ROOM);
        out.writeCharSequence(method, StandardCharsets.US_ASCII);
        out.writeByte(' ');
        out.writeBytes(head.targetBytes(), head.targetOffset(), head.targetLength());
        out.writeBytes(REQUEST_END);
        if (!hasHost) {
            // RFC 9112, section 3.2: a request has a Host, if need be an empty one.
            out.writeBytes(HOST);
            out.writeBytes(head.authorityBytes(), head.authorityOffset(), head.authorityLength());
            out.writeBytes(CRLF);
        }
        head.writeFields(out);
        if (chunked) {
            out.writeBytes(CHUNKED);
        } else if (length < 0 && (head.contentLength() > 0 || (head.contentLength() == 0 && expectsBody(method)))) {
            length(out, head.contentLength());
        }
        if (head.upgrade()) {
            out.writeBytes(UPGRADE);
        } else if (hasTe) {
            out.writeBytes(TE);
        }
        out.writeBytes(CRLF);
    }

    /** RFC 9110, section 8.6: methods whose empty body is worth saying. */
    private static boolean expectsBody(String method) {
        return switch (method) {
            case "POST", "PUT", "PATCH" -> true;
            default -> false;
        };
    }

    /**
     * Writes a final response's head, or one that switches protocols.
     *
     * @param out gets it
     * @param head the response; its {@code contentLength}, if known, is written unless a field says the same, or the
     *     status has no such field
     * @param clientVersion 10 or 11, as the client's request said
     * @param keepAlive whether the connection is used again
     * @param chunked whether the body will be sent in chunks
     */
    void response(ByteBuf out, Head head, int clientVersion, boolean keepAlive, boolean chunked) {
        survey(head, chunked);
        out.ensureWritable(head.fieldsLength() + ROOM);
        int status = head.status();
        out.writeBytes(STATUS_LINES[status]);
        head.writeFields(out);
        if (!hasDate) {
            // RFC 9110, section 6.6.1: who passes on a response without a Date adds one.
            out.writeBytes(dateLine());
        }
        if (chunked) {
            out.writeBytes(CHUNKED);
        } else if (length < 0 && head.contentLength() >= 0 && status >= 200 && status != 204 && status != 304) {
            length(out, head.contentLength());
        }
        if (status == 101 || (status == 426 && hasUpgrade)) {
            out.writeBytes(UPGRADE);
        }
        if (!keepAlive && status != 101) {
            out.writeBytes(CLOSE);
        } else if (clientVersion == 10) {
            out.writeBytes(KEEP_ALIVE);
        }
        out.writeBytes(CRLF);
    }

    /**
     * Writes an informational response.
     *
     * @param out gets it
     * @param head the response, of a status below 200
     */
    void informational(ByteBuf out, Head head) {
        survey(head, true);
        out.ensureWritable(head.fieldsLength() + ROOM);
        out.writeBytes(STATUS_LINES[head.status()]);
        head.writeFields(out);
        out.writeBytes(CRLF);
    }

    /**
     * Writes the line before a chunk.
     *
     * @param out gets it
     * @param length of the chunk, more than 0
     */
    static void chunk(ByteBuf out, int length) {
        out.ensureWritable(Integer.BYTES * 2 + CRLF.length);
        int shift = (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(length | 1)) & ~3;
        for (; shift >= 0; shift -= 4) {
            int digit = length >>> shift & 0xf;
            out.writeByte(digit < 10 ? '0' + digit : 'a' - 10 + digit);
        }
        out.writeShort('\r' << 8 | '\n');
    }

    /**
     * Ends a chunked body.
     *
     * @param out gets the last chunk and the trailers
     * @param trailers null for none
     */
    static void lastChunk(ByteBuf out, @Nullable Head trailers) {
        out.ensureWritable(LAST_CHUNK.length + CRLF.length + (trailers == null ? 0 : trailers.fieldsLength()));
        out.writeBytes(LAST_CHUNK);
        if (trailers != null) {
            trailers.writeFields(out);
        }
        out.writeBytes(CRLF);
    }

    /** One pass over the fields: notes what is there and removes what only this class may write. */
    private void survey(Head head, boolean chunked) {
        hasHost = false;
        hasDate = false;
        hasTe = false;
        hasUpgrade = false;
        length = -1;
        byte[] b = head.bytes();
        for (int i = 0, places = head.places(); i < places; i++) {
            int hash = head.hash(i);
            if (hash != 0) {
                note(head, i, FieldKind.of(b, head.nameOffset(i), head.nameLength(i), hash), chunked);
            }
        }
    }

    private void note(Head head, int place, int kind, boolean chunked) {
        switch (kind) {
            case FieldKind.HOST -> hasHost = true;
            case FieldKind.DATE -> hasDate = true;
            case FieldKind.TE -> hasTe = true;
            case FieldKind.CONTENT_LENGTH -> {
                if (chunked || length >= 0 || contradicts(head, place)) {
                    head.removeAt(place);
                } else {
                    length = place;
                }
            }
            case FieldKind.UPGRADE -> {
                if (head.upgrade() || head.status() == 426) {
                    hasUpgrade = true;
                } else {
                    head.removeAt(place);
                }
            }
            case FieldKind.CONNECTION, FieldKind.TRANSFER_ENCODING, FieldKind.KEEP_ALIVE, FieldKind.CLOSE ->
                head.removeAt(place);
            default -> {
                // Passed on.
            }
        }
    }

    /** A response to HEAD, and 304, says by the field what there would be, while nothing follows. */
    static boolean contradicts(Head head, int place) {
        long announced = head.contentLength();
        if (announced < 0 || (announced == 0 && head.status() != 0)) {
            return false;
        }
        byte[] b = head.bytes();
        int offset = head.valueOffset(place);
        long said = 0;
        for (int i = offset; i < offset + head.valueLength(place); i++) {
            int digit = b[i] - '0';
            if (digit < 0 || digit > 9 || said > announced) {
                return true;
            }
            said = said * 10 + digit;
        }
        return said != announced;
    }

    private static void length(ByteBuf out, long length) {
        out.writeBytes(LENGTH);
        long power = 1;
        while (length / power >= 10) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            out.writeByte((int) ('0' + length / power % 10));
        }
        out.writeBytes(CRLF);
    }

    /** {@return the field Date as a line; its value begins at {@link #DATE_OFFSET}} */
    byte[] dateLine() {
        long second = System.currentTimeMillis() / 1000;
        if (second != dateSecond) {
            dateSecond = second;
            date = ascii("date: " + IMF_FIXDATE.format(Instant.ofEpochSecond(second)) + "\r\n");
        }
        return date;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
