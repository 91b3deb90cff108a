package dev.chainless.plugin.accesslog;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** Standard output, past the buffer and the lock of {@link System#out}. */
final class StandardOutput implements Sink {
    /** Never closed: the descriptor is the process's. */
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public void begin(int count) {}

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void close() {}
}
