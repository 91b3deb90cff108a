package dev.chainless.plugin.compress;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.util.Native;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** Zstandard (RFC 8878), with a window that each client must have (RFC 9659). */
final class ZstdCoder implements Coder {
    private static final int ROOM = 4096;

    private final int level;
    private final int windowBits;
    private final ZstdCompressCtx context = new ZstdCompressCtx();
    /** For bytes on the heap, which the library does not read. */
    private final ByteBuffer piece;

    ZstdCoder(int level, int windowBits, ByteBuffer piece) {
        this.level = level;
        this.windowBits = windowBits;
        this.piece = piece;
        configure();
    }

    private void configure() {
        context.setLevel(level).setWindowLog(windowBits).setChecksum(false);
    }

    /** Loads the native library, or throws a {@link LinkageError}. */
    static void load() {
        Native.load();
    }

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        if (in.isDirect() && in.nioBufferCount() == 1) {
            take(in.nioBuffer(), out);
            in.skipBytes(in.readableBytes());
            return;
        }
        while (in.isReadable()) {
            piece.clear().limit(Math.min(piece.capacity(), in.readableBytes()));
            in.readBytes(piece);
            take(piece.flip(), out);
        }
    }

    private void take(ByteBuffer bytes, ByteBuf out) {
        while (bytes.hasRemaining()) {
            step(out, bytes, EndDirective.CONTINUE);
        }
    }

    @Override
    public void flush(ByteBuf out) {
        drain(out, EndDirective.FLUSH);
    }

    @Override
    public void finish(ByteBuf out) {
        drain(out, EndDirective.END);
    }

    private void drain(ByteBuf out, EndDirective directive) {
        piece.clear().limit(0);
        boolean done = false;
        while (!done) {
            done = step(out, piece, directive);
        }
    }

    private boolean step(ByteBuf out, ByteBuffer in, EndDirective directive) {
        out.ensureWritable(ROOM);
        ByteBuffer room = out.nioBuffer(out.writerIndex(), out.writableBytes());
        boolean done = context.compressDirectByteBufferStream(room, in, directive);
        out.writerIndex(out.writerIndex() + room.position());
        return done;
    }

    @Override
    public boolean reset() {
        context.reset(); // forgets the parameters as well
        configure();
        return true;
    }

    @Override
    public void close() {
        context.close();
    }
}
