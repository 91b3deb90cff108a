package dev.chainless.plugin.http;

import org.jspecify.annotations.Nullable;

/**
 * What the peer may send (RFC 9113, section 5.2): what was consumed of a stream and of the connection is given back when it
 * is half of the window. Data that the host would rather have later is delivered, but counts as not consumed until then.
 */
final class ReceiveWindows {
    private final Http2Limits limits;
    private final FrameWriter writer;
    private int left;
    private int credit;

    ReceiveWindows(Http2Limits limits, FrameWriter writer) {
        this.limits = limits;
        this.writer = writer;
        this.left = limits.connectionWindow();
    }

    /** Opens the connection's window as far as it may be, at the beginning. */
    void open() {
        int more = limits.connectionWindow() - Http2.WINDOW;
        if (more > 0) {
            writer.windowUpdate(0, more);
        }
    }

    /** Takes bytes from the connection's window. {@return false if it has not so many} */
    boolean take(int bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    /** Bytes of the peer are done with, so that it may send as many more. */
    void consumed(@Nullable FramedStream stream, int bytes) {
        credit += bytes;
        if (credit >= limits.connectionWindow() / 2) {
            left += credit;
            writer.windowUpdate(0, credit);
            credit = 0;
        }
        if (stream != null && stream.open && !stream.remoteEnded) {
            stream.credit += bytes;
            if (stream.credit >= limits.streamWindow() / 2) {
                stream.receiveWindow += stream.credit;
                writer.windowUpdate(stream.id, stream.credit);
                stream.credit = 0;
            }
        }
    }

    /** Bytes were delivered. */
    void delivered(FramedStream stream, int bytes) {
        if (stream.paused) {
            stream.unconsumed += bytes;
        } else {
            consumed(stream, bytes);
        }
    }

    /** What was delivered during a pause of a stream, which is over, is consumed. {@return whether there was any} */
    boolean resume(FramedStream stream) {
        int bytes = stream.unconsumed;
        stream.unconsumed = 0;
        if (bytes > 0) {
            consumed(stream, bytes);
        }
        return bytes > 0;
    }

    /** Likewise of a stream that is closed. */
    void closed(FramedStream stream) {
        int bytes = stream.unconsumed;
        stream.unconsumed = 0;
        if (bytes > 0) {
            consumed(null, bytes);
        }
    }
}
