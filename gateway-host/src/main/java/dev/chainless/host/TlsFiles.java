package dev.chainless.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Files as they were when they were read, to find out whether they have changed since.
 *
 * @param stamps what tells one content from another; "" for a file that was not there
 */
record TlsFiles(Map<Path, String> stamps) {

    /** {@return the files and folders as they are now} Taken before they are read. */
    static TlsFiles of(Set<Path> files) {
        Map<Path, String> stamps = new TreeMap<>();
        files.forEach(file -> stamps.put(file, stamp(file)));
        return new TlsFiles(stamps);
    }

    TlsFiles now() {
        return of(stamps.keySet());
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            if (!now.isDirectory()) {
                return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
            }
            Set<String> all = new TreeSet<>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(file)) {
                for (Path entry : entries) {
                    all.add(entry.getFileName() + " " + (Files.isDirectory(entry) ? "" : stamp(entry)));
                }
            }
            return all.toString();
        } catch (IOException e) {
            return "";
        }
    }
}
