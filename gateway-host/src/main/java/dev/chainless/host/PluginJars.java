package dev.chainless.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A plugin as it lies in the plugins directory: a jar, or a folder of a jar and its private dependencies.
 *
 * @param place the jar or the folder
 * @param files the jars, sorted
 * @param digest of their content, whatever they are called
 */
record PluginJars(Path place, List<Path> files, String digest) {
    private static final int MAX_FILES = 256;

    /**
     * {@return what lies at a place}
     *
     * @param maxBytes the most that all jars together may take
     * @throws StartException if it cannot be read or is too large
     */
    static PluginJars at(Path place, long maxBytes) {
        try {
            List<Path> files = files(place);
            if (files.isEmpty()) {
                throw new StartException(
                        place + " holds no jar; a plugin is a jar, or a folder of a jar and those that "
                                + "it needs");
            }
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            if (bytes > maxBytes || files.size() > MAX_FILES) {
                throw new StartException(place + " holds " + files.size() + " jars of " + bytes + " bytes; the most is "
                        + MAX_FILES + " jars and, by plugin-policy.max-size, " + maxBytes + " bytes");
            }
            return new PluginJars(place, files, digest(files));
        } catch (IOException e) {
            throw new StartException(place + " cannot be read: " + reason(e));
        }
    }

    /** {@return the same jars under the place that messages name} */
    PluginJars shownAs(Path shown) {
        return new PluginJars(shown, files, digest);
    }

    /** {@return the jars of a place, sorted} */
    static List<Path> files(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of(place);
        }
        try (Stream<Path> files = Files.list(place)) {
            return files
                    .filter(file -> file.toString().endsWith(".jar") && !file.getFileName().toString().startsWith("."))
                    .limit(MAX_FILES + 1L).sorted().toList();
        }
    }

    /** {@return what tells a place from what it was before, without reading its content} */
    static List<Object> fingerprint(Path place) throws IOException {
        List<Object> print = new ArrayList<>();
        for (Path file : files(place)) {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Collections.addAll(print, file, attributes.size(), attributes.lastModifiedTime(),
                    String.valueOf(attributes.fileKey()));
        }
        return print;
    }

    /** {@return SHA-256 of a jar, or of the sorted digests of several, in hex} */
    static String digest(List<Path> files) throws IOException {
        if (files.size() == 1) {
            return digest(files.getFirst());
        }
        List<String> digests = new ArrayList<>();
        for (Path file : files) {
            digests.add(digest(file));
        }
        Collections.sort(digests);
        MessageDigest all = sha256();
        digests.forEach(digest -> all.update(HexFormat.of().parseHex(digest)));
        return HexFormat.of().formatHex(all.digest());
    }

    private static String digest(Path file) throws IOException {
        MessageDigest sha = sha256();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /** {@return SHA-256 of a text, in hex} */
    static String digest(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }

    /**
     * Reads every entry of jars and compares it with its checksum, which a jar that is only half there fails.
     *
     * @param place what the message names
     */
    static void requireWhole(List<Path> jars, Path place) {
        byte[] buffer = new byte[64 * 1024];
        for (Path jar : jars) {
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                var entries = zip.entries();
                while (entries.hasMoreElements()) {
                    ZipEntry entry = entries.nextElement();
                    var sum = new CRC32();
                    try (InputStream in = zip.getInputStream(entry)) {
                        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                            sum.update(buffer, 0, n);
                        }
                    }
                    if (!entry.isDirectory() && sum.getValue() != entry.getCrc()) {
                        throw new IOException("the checksum of " + entry.getName() + " does not fit");
                    }
                }
            } catch (IOException e) {
                throw new StartException(place + " is not a whole jar (" + reason(e) + "); it is taken when it is");
            }
        }
    }

    /** {@return why a file could not be used, without the file's name, which the sentence has already} */
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException gone -> "it is not there";
            case AccessDeniedException denied -> "permission denied";
            case FileSystemException file when file.getReason() != null -> file.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
