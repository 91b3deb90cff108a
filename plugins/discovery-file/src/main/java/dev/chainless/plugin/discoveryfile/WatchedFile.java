package dev.chainless.plugin.discoveryfile;

import dev.chainless.spi.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The file as it was seen last, and what is done about a change. Used by one thread at a time. */
final class WatchedFile {
    /**
     * What a change of the file changes.
     *
     * @param key of device and inode: a file that was renamed into its place is another one; null where there is none
     */
    private record Stamp(long size, FileTime time, @Nullable Object key) {}

    private final FileConfig config;
    private final Path file;
    private final Logger logger;
    private final Consumer<List<Endpoint>> found;
    private @Nullable Stamp seen;
    private @Nullable Stamp read;
    private String told = "";

    WatchedFile(FileConfig config, Logger logger, Consumer<List<Endpoint>> found) {
        this.config = config;
        this.file = config.file();
        this.logger = logger;
        this.found = found;
    }

    /** Reads the file as it is, so that what it says is known before the first request. */
    void readFirst() {
        look();
        look();
    }

    /** Looks at the file, and reads it if it has changed and settled since. */
    void look() {
        try {
            Stamp now = stamp();
            if (!now.equals(seen)) {
                seen = now; // it may still be written
            } else if (!now.equals(read)) {
                List<Endpoint> list = list(now);
                if (now.equals(stamp())) {
                    read = now;
                    told = "";
                    found.accept(list);
                }
            }
        } catch (NoSuchFileException e) {
            seen = null;
            read = null;
            tell(file + " does not exist");
        } catch (ListException e) {
            read = seen; // it is as wrong next time
            tell(e.getMessage());
        } catch (IOException e) {
            tell(file + " cannot be read: " + e.getMessage());
        }
    }

    /** Says once what is wrong. */
    private void tell(@Nullable String problem) {
        if (problem != null && !problem.equals(told)) {
            told = problem;
            logger.log(Level.WARNING, problem + "; what is known of endpoints stays");
        }
    }

    private Stamp stamp() throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (attributes.isDirectory()) {
            throw new ListException(file + " is a folder");
        }
        return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    private List<Endpoint> list(Stamp stamp) throws IOException {
        long most = config.maxSize().bytes();
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = stamp.size() > most ? new byte[0] : in.readNBytes((int) most + 1);
        }
        if (stamp.size() > most || bytes.length > most) {
            throw new ListException(file + " is larger than max-size, which is " + config.maxSize());
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ListException(file + " is not UTF-8");
        }
        var list = new EndpointList(file, config.maxEndpoints());
        if (config.isJson()) {
            JsonList.read(text, list);
        } else {
            TomlList.read(text, list);
        }
        return list.endpoints();
    }
}
