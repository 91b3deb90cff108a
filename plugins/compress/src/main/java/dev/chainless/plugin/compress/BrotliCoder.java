package dev.chainless.plugin.compress;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import com.aayushatharva.brotli4j.encoder.EncoderJNI.Operation;
import com.aayushatharva.brotli4j.encoder.EncoderJNI.Wrapper;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** Brotli (RFC 7932). The library has no way to use an encoder again. */
final class BrotliCoder implements Coder {
    private static final int PIECE = 16 * 1024;

    private final Wrapper encoder;

    BrotliCoder(int level, int windowBits) {
        try {
            encoder = new Wrapper(PIECE, level, windowBits, Encoder.Mode.GENERIC);
        } catch (IOException e) {
            throw new UncheckedIOException("no Brotli encoder can be made", e);
        }
    }

    /** Loads the native library, or throws a {@link LinkageError}. */
    static void load() {
        Brotli4jLoader.ensureAvailability();
    }

    @Override
    public void write(ByteBuf in, ByteBuf out) {
        ByteBuffer input = encoder.getInputBuffer();
        while (in.isReadable()) {
            int length = Math.min(input.capacity(), in.readableBytes());
            in.readBytes(input.clear().limit(length));
            run(Operation.PROCESS, length, out);
        }
    }

    @Override
    public void flush(ByteBuf out) {
        run(Operation.FLUSH, 0, out);
    }

    @Override
    public void finish(ByteBuf out) {
        run(Operation.FINISH, 0, out);
    }

    private void run(Operation operation, int length, ByteBuf out) {
        encoder.push(operation, length);
        while (true) {
            if (!encoder.isSuccess()) {
                throw new IllegalStateException("the Brotli encoder failed");
            }
            if (encoder.hasMoreOutput()) {
                out.writeBytes(encoder.pull());
            } else if (encoder.hasRemainingInput()) {
                encoder.push(operation, 0);
            } else {
                return;
            }
        }
    }

    @Override
    public boolean reset() {
        return false;
    }

    @Override
    public void close() {
        encoder.destroy();
    }
}
