package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a status line, RFC 9112, section 4. The space before an empty reason may be missing: servers in wide use leave
 * it out, and nothing else can be meant. Reused.
 */
final class StatusLine {
    private static final byte[] START = "HTTP/1.d ddd".getBytes(StandardCharsets.ISO_8859_1);

    private @Nullable HeadFault fault;

    /** {@return what is wrong, after {@link RequestLine#FAULT}} */
    @Nullable HeadFault fault() {
        return fault;
    }

    /**
     * Reads the line at the beginning of the head's block.
     *
     * @param head gets status and version
     * @param limit the number of bytes that have come
     * @return where the next line begins, {@link RequestLine#TORN} if the line is not whole and right so far, or
     *     {@link RequestLine#FAULT}
     */
    int read(Head head, int limit) {
        byte[] b = head.bytes();
        for (int i = 0; i < START.length; i++) {
            if (i == limit) {
                return RequestLine.TORN;
            }
            if (START[i] == 'd' ? b[i] < '0' || b[i] > '9' : b[i] != START[i]) {
                return fault(HeadFault.STATUS_LINE);
            }
        }
        if (b[7] > '1') {
            return fault(HeadFault.STATUS_LINE);
        }
        int status = (b[9] - '0') * 100 + (b[10] - '0') * 10 + b[11] - '0';
        if (status < 100 || status > 599) {
            return fault(HeadFault.STATUS);
        }
        int end = START.length;
        if (end == limit) {
            return RequestLine.TORN;
        }
        if (b[end] == ' ') {
            end = Octets.endOfValue(b, end, limit);
        }
        if (end == limit) {
            return RequestLine.TORN;
        }
        if (b[end] != '\r') {
            return fault(b[end] == '\n' ? HeadFault.BARE_LF : HeadFault.STATUS_LINE);
        }
        if (end + 1 == limit) {
            return RequestLine.TORN;
        }
        if (b[end + 1] != '\n') {
            return fault(HeadFault.BARE_CR);
        }
        head.version(b[7] == '1' ? 11 : 10);
        head.status(status);
        return end + 2;
    }

    private int fault(HeadFault fault) {
        this.fault = fault;
        return RequestLine.FAULT;
    }
}
