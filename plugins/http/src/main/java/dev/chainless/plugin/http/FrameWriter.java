package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes frames (RFC 9113, section 4.1). Those of all streams are gathered, and leave with {@link #flush}. */
final class FrameWriter {
    /** The least that a buffer for frames is made of. */
    private static final int GATHERED = 16 * 1024;

    private @Nullable MessageOutput output;

    /** Says where the frames go. Once, before the first one. */
    void output(MessageOutput to) {
        to.frame(MessageOutput.RAW, 0);
        output = to;
    }

    MessageOutput output() {
        return Objects.requireNonNull(output);
    }

    private ByteBuf frame(int length, int type, int flags, int id) {
        return header(output().buffer(Http2.FRAME_HEADER + length, GATHERED), length, type, flags, id);
    }

    private static ByteBuf header(ByteBuf out, int length, int type, int flags, int id) {
        out.writeLong((long) length << 40 | (long) type << 32 | (long) flags << 24 | id >>> 8);
        return out.writeByte(id);
    }

    /** Writes settings, names and values in turn. */
    void settings(int... settings) {
        ByteBuf out = frame(settings.length * 3, Http2.SETTINGS, 0, 0);
        for (int i = 0; i < settings.length; i += 2) {
            out.writeShort(settings[i]).writeInt(settings[i + 1]);
        }
    }

    void settingsAck() {
        frame(0, Http2.SETTINGS, Http2.ACK, 0);
    }

    void windowUpdate(int id, int bytes) {
        frame(4, Http2.WINDOW_UPDATE, 0, id).writeInt(bytes);
    }

    void reset(int id, int code) {
        frame(4, Http2.RST_STREAM, 0, id).writeInt(code);
    }

    void ping() {
        frame(8, Http2.PING, 0, 0).writeLong(0);
    }

    void pingAck(long payload) {
        frame(8, Http2.PING, Http2.ACK, 0).writeLong(payload);
    }

    void goAway(int lastId, int code, String detail) {
        byte[] text = detail.getBytes(US_ASCII);
        frame(8 + text.length, Http2.GOAWAY, 0, 0).writeInt(lastId).writeInt(code).writeBytes(text);
    }

    /** Writes what an encoder holds as a head or trailers. */
    void headers(HpackEncoder encoder, int id, boolean last) {
        byte[] bytes = encoder.block();
        int length = encoder.length();
        int at = 0;
        int type = Http2.HEADERS;
        int flags = last ? Http2.END_STREAM : 0;
        do {
            int size = Math.min(length - at, Http2.FRAME_SIZE);
            int ends = at + size == length ? Http2.END_HEADERS : 0;
            frame(size, type, flags | ends, id).writeBytes(bytes, at, size);
            type = Http2.CONTINUATION;
            flags = 0;
            at += size;
        } while (at < length);
    }

    /** Writes data of this size, and owns it. */
    void data(int id, ByteBuf chunk, int size, boolean last) {
        header(output().buffer(Http2.FRAME_HEADER, GATHERED), size, Http2.DATA, last ? Http2.END_STREAM : 0, id);
        output().data(chunk);
    }

    /** Ends a stream without data. */
    void end(int id) {
        frame(0, Http2.DATA, Http2.END_STREAM, id);
    }

    void flush() {
        output().flush();
    }
}
