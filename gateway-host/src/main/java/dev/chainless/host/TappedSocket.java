package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;

/** A connection that keeps what a server sends first, and ends after a time, however slowly that comes. */
final class TappedSocket extends Socket {
    private final ByteBuf flight = Unpooled.buffer();
    private final long deadline;

    /**
     * Connects.
     *
     * @param timeout for all that is done with it
     */
    TappedSocket(String host, int port, Duration timeout) throws IOException {
        deadline = System.nanoTime() + timeout.toNanos();
        try {
            connect(new InetSocketAddress(InetAddress.getByName(host), port), millisLeft());
        } catch (UnknownHostException e) {
            throw new UnknownHostException("no address is known for it");
        }
    }

    private int millisLeft() throws SocketTimeoutException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("it takes too long; --timeout gives it more time");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    /** {@return the first of what came} */
    ByteBuf flight() {
        return flight;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                setSoTimeout(millisLeft());
                int read = super.read(bytes, offset, length);
                if (read > 0) {
                    flight.writeBytes(bytes, offset,
                            Math.min(read, ServerFlight.MAX_LENGTH - flight.readableBytes()));
                }
                return read;
            }
        };
    }
}
