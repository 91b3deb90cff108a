package dev.chainless.plugin.compress;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** gzip (RFC 1952). */
final class GzipCoder implements Coder {
    /** Magic, deflate, no flags, no time, no hint, unknown system. */
    private static final byte[] HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final byte[] NOTHING = {};
    private static final int ROOM = 4096;

    private final Deflater deflater;
    private final CRC32 sum = new CRC32();
    private int size;
    private boolean begun;

    GzipCoder(int level) {
        deflater = new Deflater(level, true);
    }

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        begin(out);
        ByteBuffer bytes = in.nioBuffer();
        size += bytes.remaining();
        sum.update(bytes.duplicate());
        deflater.setInput(bytes);
        while (!deflater.needsInput()) {
            deflate(out, Deflater.NO_FLUSH);
        }
        deflater.setInput(NOTHING); // the chunk's memory goes with the chunk
        in.skipBytes(in.readableBytes());
    }

    @Override
    public void flush(ByteBuf out) {
        begin(out);
        boolean more = true;
        while (more) {
            more = deflate(out, Deflater.SYNC_FLUSH);
        }
    }

    @Override
    public void finish(ByteBuf out) {
        begin(out);
        deflater.finish();
        while (!deflater.finished()) {
            deflate(out, Deflater.NO_FLUSH);
        }
        out.writeIntLE((int) sum.getValue());
        out.writeIntLE(size);
    }

    private void begin(ByteBuf out) {
        if (!begun) {
            begun = true;
            out.writeBytes(HEAD);
        }
    }

    /** {@return whether it filled the room that there was, so that there may be more} */
    private boolean deflate(ByteBuf out, int mode) {
        out.ensureWritable(ROOM);
        int room = out.writableBytes();
        int made = deflater.deflate(out.nioBuffer(out.writerIndex(), room), mode);
        out.writerIndex(out.writerIndex() + made);
        return made == room;
    }

    @Override
    public boolean reset() {
        deflater.reset();
        sum.reset();
        size = 0;
        begun = false;
        return true;
    }

    @Override
    public void close() {
        deflater.end();
    }
}
