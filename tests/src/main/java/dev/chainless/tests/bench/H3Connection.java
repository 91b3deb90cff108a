package dev.chainless.tests.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamType;
import java.util.List;

/// One HTTP/3 connection of the generator. On its loop only.
final class H3Connection {
    private static final byte[] CONTROL_STREAM_WITH_SETTINGS = {0, 4, 0};

    private final QuicChannel channel;
    private final H3Window window;
    private final int streams;
    private int next;
    private int inFlight;
    private int due;

    /// @param streams how many requests are under way at most
    /// @param first which request is the first
    H3Connection(QuicChannel channel, H3Window window, int streams, int first) {
        this.channel = channel;
        this.window = window;
        this.streams = streams;
        this.next = first;
        channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter()).addListener(opened -> {
            if (opened.isSuccess()) {
                var _ = ((Channel) opened.getNow()).writeAndFlush(new DefaultQuicStreamFrame(
                        Unpooled.directBuffer().writeBytes(CONTROL_STREAM_WITH_SETTINGS), false));
            } else {
                window.failed();
            }
        });
    }

    /// More requests have become due, which leave at once as far as there are streams, in as few packets as possible.
    void due(int more) {
        due += more;
        if (due > 0 && inFlight < streams) {
            H3Batch.in(channel, this::send);
        }
    }

    private void send() {
        while (due > 0 && inFlight < streams && channel.isActive()) {
            due--;
            inFlight++;
            List<ByteBuf> requests = window.requests();
            ByteBuf request = requests.get(next++ % requests.size());
            channel.createStream(QuicStreamType.BIDIRECTIONAL, new Request(request)).addListener(opened -> {
                if (!opened.isSuccess()) {
                    over(false, 0);
                }
            });
        }
    }

    void close() {
        var _ = channel.close();
    }

    private void over(boolean good, long startNanos) {
        inFlight--;
        if (good) {
            window.completed(System.nanoTime() - startNanos);
        } else {
            window.failed();
        }
        due += window.dueAtAnswer();
        send(); // within the reading of a packet: what is written leaves at its end, together
    }

    /// One request with its answer, which must have status 200 and the whole body.
    private final class Request extends ChannelInboundHandlerAdapter {
        private static final int HEADERS = 1;
        private static final int DATA = 0;
        /// `:status: 200` is a line of the static table (RFC 9204, appendix A), and comes after a prefix of two bytes.
        private static final byte STATUS_200 = (byte) 0xd9;
        private static final int STATUS_AT = 2;

        private final ByteBuf request;
        private final byte[] header = new byte[16];
        private final long startNanos = System.nanoTime();
        private int headerLength;
        private long type;
        private long length;
        private long left;
        private boolean inFrame;
        private boolean headSeen;
        private boolean good;
        private boolean over;
        private long body;

        Request(ByteBuf request) {
            this.request = request;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            ((QuicStreamChannel) context.channel()).config().setReadFrames(true);
            var _ = context.writeAndFlush(new DefaultQuicStreamFrame(request.retainedDuplicate(), true),
                    context.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            QuicStreamFrame frame = (QuicStreamFrame) message;
            try {
                read(frame.content());
            } finally {
                frame.release();
            }
            if (frame.hasFin() && !over) {
                over = true;
                over(good && !inFrame && headerLength == 0 && body == window.bodyBytes(), startNanos);
            }
        }

        private void read(ByteBuf in) {
            while (in.isReadable()) {
                if (!inFrame) {
                    header[headerLength++] = in.readByte();
                    int typeLength = 1 << ((header[0] & 0xff) >> 6);
                    if (headerLength > typeLength
                            && headerLength == typeLength + (1 << ((header[typeLength] & 0xff) >> 6))) {
                        type = number(0, typeLength);
                        length = number(typeLength, headerLength);
                        left = length;
                        headerLength = 0;
                        inFrame = left > 0;
                    }
                    continue;
                }
                int size = (int) Math.min(left, in.readableBytes());
                if (type == DATA) {
                    body += size;
                } else if (type == HEADERS && !headSeen && length - left <= STATUS_AT
                        && length - left + size > STATUS_AT) {
                    headSeen = true;
                    good = in.getByte(in.readerIndex() + STATUS_AT - (int) (length - left)) == STATUS_200;
                }
                in.skipBytes(size);
                left -= size;
                inFrame = left > 0;
            }
        }

        private long number(int from, int to) {
            long value = header[from] & 0x3f;
            for (int i = from + 1; i < to; i++) {
                value = (value << 8) | (header[i] & 0xff);
            }
            return value;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!over) {
                over = true;
                over(false, startNanos);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close();
        }
    }
}
