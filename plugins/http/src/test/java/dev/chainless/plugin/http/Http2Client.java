package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that speaks HTTP/2 on a connection that is only in memory; its HPACK is Netty's. */
final class Http2Client {
    final FakeContext context = new FakeContext();
    final FakeIngress ingress = new FakeIngress();
    final EmbeddedChannel channel;
    final ListenerCodec listener;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final List<ByteBuf> sent = new ArrayList<>();
    private final ByteBuf received = Unpooled.buffer();

    Http2Client(Configs configs) {
        listener = new ListenerCodec(configs.listener(), context, ingress);
        channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return isActive() ? new InetSocketAddress("192.0.2.7", 5555) : null;
            }

            @Override
            protected SocketAddress localAddress0() {
                return isActive() ? new InetSocketAddress("192.0.2.1", 80) : null;
            }
        };
        listener.accept(channel, "web", 0);
    }

    Http2Client() {
        this(new Configs());
    }

    /** Begins the connection; what the server says first is thrown away. */
    Http2Client begin(int... settings) {
        send(preface(settings));
        frames();
        return this;
    }

    static byte[] preface(int... settings) {
        ByteBuf out = Unpooled.buffer().writeBytes(Preface.BYTES);
        ByteBuf payload = Unpooled.buffer();
        for (int i = 0; i < settings.length; i += 2) {
            payload.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
        out.writeBytes(frame(Http2.SETTINGS, 0, 0, ByteBufUtil.getBytes(payload)));
        return ByteBufUtil.getBytes(out);
    }

    static byte[] frame(int type, int flags, int id, byte... payload) {
        ByteBuf out = Unpooled.buffer();
        out.writeMedium(payload.length).writeByte(type).writeByte(flags).writeInt(id).writeBytes(payload);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] ints(int... values) {
        ByteBuf out = Unpooled.buffer();
        for (int value : values) {
            out.writeInt(value);
        }
        return ByteBufUtil.getBytes(out);
    }

    static byte[] join(byte[]... parts) {
        ByteBuf out = Unpooled.buffer();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return ByteBufUtil.getBytes(out);
    }

    /** {@return a field block of names and values in turn} */
    byte[] block(String... fields) {
        try {
            var headers = new InOrder();
            for (int i = 0; i < fields.length; i += 2) {
                headers.add(fields[i], fields[i + 1]);
            }
            ByteBuf out = Unpooled.buffer();
            encoder.encodeHeaders(1, headers, out);
            return ByteBufUtil.getBytes(out);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Netty sorts pseudo-fields to the front otherwise. */
    private static final class InOrder extends DefaultHttp2Headers {
        private final List<Map.Entry<CharSequence, CharSequence>> all = new ArrayList<>();

        InOrder() {
            super(false);
        }

        @Override
        public Http2Headers add(CharSequence name, CharSequence value) {
            all.add(Map.entry(name, value));
            return this;
        }

        @Override
        public java.util.Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
            return all.iterator();
        }
    }

    /** Sends a request whose head is in one frame. */
    Http2Client request(int id, boolean last, String... fields) {
        return send(frame(Http2.HEADERS, Http2.END_HEADERS | (last ? Http2.END_STREAM : 0), id, block(fields)));
    }

    Http2Client get(int id, String path) {
        return request(id, true, ":method", "GET", ":scheme", "http", ":path", path, ":authority", "example.org");
    }

    Http2Client post(int id, String... more) {
        String[] fields = {":method", "POST", ":scheme", "http", ":path", "/p", ":authority", "example.org"};
        String[] all = java.util.Arrays.copyOf(fields, fields.length + more.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return request(id, false, all);
    }

    Http2Client data(int id, boolean last, String text) {
        return send(frame(Http2.DATA, last ? Http2.END_STREAM : 0, id, text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Sends bytes, one read for each piece. */
    Http2Client send(byte[]... pieces) {
        for (byte[] piece : pieces) {
            if (channel.isOpen()) {
                ByteBuf buffer = Unpooled.copiedBuffer(piece);
                sent.add(buffer);
                channel.writeInbound(buffer);
            }
        }
        channel.runPendingTasks();
        return this;
    }

    /** {@return the frames that have come since the last call, one line each} */
    List<String> frames() {
        channel.runPendingTasks();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            received.writeBytes(out);
            out.release();
        }
        List<String> frames = new ArrayList<>();
        while (received.readableBytes() >= 9) {
            int length = received.readUnsignedMedium();
            int type = received.readByte();
            int flags = received.readByte();
            int id = received.readInt();
            frames.add(frame(type, flags, id, received.readSlice(length)));
        }
        return frames;
    }

    private String frame(int type, int flags, int id, ByteBuf payload) {
        boolean last = (flags & Http2.END_STREAM) != 0;
        return switch (type) {
            case Http2.DATA -> "data " + id + " " + text(payload) + (last ? " end" : "");
            case Http2.HEADERS -> "headers " + id + " " + fields(payload) + (last ? " end" : "");
            case Http2.RST_STREAM -> "reset " + id + " " + payload.readInt();
            case Http2.SETTINGS -> (flags & Http2.ACK) != 0 ? "settings ack" : "settings";
            case Http2.PING -> "ping" + ((flags & Http2.ACK) != 0 ? " ack" : "");
            case Http2.GOAWAY -> "goaway " + payload.readInt() + " " + payload.readInt();
            case Http2.WINDOW_UPDATE -> "window " + id + " " + payload.readInt();
            default -> "frame " + type;
        };
    }

    private static String text(ByteBuf payload) {
        String text = payload.toString(StandardCharsets.ISO_8859_1);
        return text.length() > 64 ? text.length() + " bytes" : text;
    }

    private String fields(ByteBuf payload) {
        try {
            var text = new StringBuilder();
            decoder.decodeHeaders(1, payload).forEach(field -> {
                if (!field.getKey().toString().equals("date")) {
                    text.append(text.isEmpty() ? "" : ", ").append(field.getKey()).append('=').append(field.getValue());
                }
            });
            return "[" + text + "]";
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Closes, and checks that nothing leaks. */
    void finish() {
        channel.finishAndReleaseAll();
        for (ByteBuf buffer : sent) {
            if (buffer.refCnt() != 0) {
                throw new AssertionError("a read buffer was not released");
            }
        }
        if (context.deadlines() != 0 || listener.connections(0) != 0) {
            throw new AssertionError("the connection was not forgotten");
        }
    }
}
