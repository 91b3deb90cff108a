package dev.chainless.plugin.accesslog;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A file that is appended to, rotated when it is full, and opened anew when someone else has moved it away. */
final class LogFile implements Sink {
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final long rotateSize;
    private final int keep;
    private final LongSupplier nanoTime;
    /** Not a channel: an interrupt, by which the host ends work, closes a channel in the middle of a line. */
    private @Nullable FileOutputStream out;
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
        if (out != null && now - checkedNanos >= CHECK_NANOS) {
            checkedNanos = now;
            if (!Objects.equals(key, key())) {
                close();
            }
        }
        if (out == null) {
            open();
        }
        if (rotateSize > 0 && size > 0 && size + count > rotateSize) {
            rotate();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            Objects.requireNonNull(out).write(bytes, offset, length);
        } catch (IOException e) {
            close();
            throw e;
        }
        size += length;
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            FileOutputStream open = out;
            out = null;
            open.close();
        }
    }

    private void open() throws IOException {
        out = new FileOutputStream(file.toFile(), true);
        size = Files.size(file);
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
