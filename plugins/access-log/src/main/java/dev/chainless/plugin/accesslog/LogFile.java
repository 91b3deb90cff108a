package dev.chainless.plugin.accesslog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A file that is appended to, rotated when it is full, and opened anew when someone else has moved it away. */
final class LogFile implements Sink {
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A write from an array goes through a native buffer of its size, which the thread then keeps. */
    private static final int PIECE = 64 * 1024;

    private final Path file;
    private final long rotateSize;
    private final int keep;
    private final LongSupplier nanoTime;
    private @Nullable FileChannel channel;
    private @Nullable Object key;
    private long size;
    private long checkedNanos;

    /**
     * Names a file; nothing is opened yet.
     *
     * @param file absolute
     * @param rotateSize in bytes, 0 for any
     * @param keep how many full files
     * @param nanoTime a monotonic clock
     */
    LogFile(Path file, long rotateSize, int keep, LongSupplier nanoTime) {
        this.file = file;
        this.rotateSize = rotateSize;
        this.keep = keep;
        this.nanoTime = nanoTime;
    }

    @Override
    public void begin(int count) throws IOException {
        long now = nanoTime.getAsLong();
        if (channel != null && now - checkedNanos >= CHECK_NANOS) {
            checkedNanos = now;
            if (!Objects.equals(key, key())) {
                close();
            }
        }
        if (channel == null) {
            open();
        }
        if (rotateSize > 0 && size > 0 && size + count > rotateSize) {
            rotate();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        FileChannel open = Objects.requireNonNull(channel);
        try {
            for (int done = 0; done < length;) {
                int piece = Math.min(PIECE, length - done);
                done += open.write(ByteBuffer.wrap(bytes, offset + done, piece));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        size += length;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            FileChannel open = channel;
            channel = null;
            open.close();
        }
    }

    private void open() throws IOException {
        FileChannel open = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        channel = open;
        size = open.size();
        key = key();
        checkedNanos = nanoTime.getAsLong();
    }

    /** FILE becomes FILE.1, FILE.1 becomes FILE.2, and so on; the last one goes. */
    private void rotate() throws IOException {
        close();
        if (keep == 0) {
            Files.deleteIfExists(file);
        }
        for (int i = keep; i >= 1; i--) {
            Path from = i == 1 ? file : numbered(i - 1);
            try {
                Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
            } catch (NoSuchFileException absent) {
                // There are not yet as many, or someone took one away.
            }
        }
        open();
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    /** {@return device and inode of what the name stands for now, null if for nothing} */
    private @Nullable Object key() throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
