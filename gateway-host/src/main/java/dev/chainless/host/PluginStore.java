package dev.chainless.host;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The private copies of plugins, each in a folder named by its digest, an index of which plugin ran on which, and a list
 * of those that were found to be free of native code. What lies in the plugins directory may be overwritten, truncated or
 * deleted as soon as it was copied here. Not for use by several threads.
 *
 * <p>A store belongs to one plugins directory. Two processes may share it: a copy appears by one rename, and one that is
 * collected while the other process has it open stays readable for that.
 */
final class PluginStore {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    /** Copies that nothing uses any more and that are kept, so that going back to them costs nothing. */
    private static final int SPARE = 4;
    private static final String DIGEST = "[0-9a-f]{64}";
    private static final int MAX_INDEX = 10_000;
    private static final String INDEX = "index";
    /** The digests in which no native code was found; its name says by which rules. */
    private static final String SCANNED = "scanned-" + NativeScan.RULES;

    /**
     * The jars of a plugin, safe from change.
     *
     * @param digest SHA-256 in hex: of the jar, or of the digests of a folder's jars
     * @param jars one, or those of a folder
     */
    record Copy(String digest, List<Path> jars) {}

    private final Path folder;
    private final boolean changes;
    private boolean prepared;

    /**
     * Names a store; nothing is made yet.
     *
     * @param folder where it is
     * @param changes whether it may write; if not, plugins are read where they lie
     */
    PluginStore(Path folder, boolean changes) {
        this.folder = folder;
        this.changes = changes;
    }

    /** {@return the copy of a plugin's jars, made if there is none} */
    Copy keep(PluginJars jars) {
        if (!changes) {
            return new Copy(jars.digest(), jars.files());
        }
        Optional<Copy> known = copy(jars.digest());
        if (known.isPresent()) {
            return known.get();
        }
        Path draft = null;
        try {
            prepare();
            draft = Files.createTempDirectory(folder, ".new-", PosixFilePermissions.asFileAttribute(PRIVATE));
            for (Path jar : jars.files()) {
                Files.copy(jar, draft.resolve(jar.getFileName().toString()));
            }
            if (!digest(draft).equals(jars.digest())) {
                throw new StartException(jars.place() + " changed while it was read; it is taken when it is whole");
            }
            PluginJars.requireWhole(list(draft), jars.place());
            Path place = folder.resolve(jars.digest());
            delete(place); // not whole, or it would have been found above
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
            return new Copy(jars.digest(), list(place));
        } catch (NoSuchFileException e) {
            throw new StartException(jars.place() + " went away while it was read");
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            return copy(jars.digest()).orElseThrow(() -> cannotKeep(jars.place(), e));
        } catch (IOException e) {
            throw cannotKeep(jars.place(), e);
        } finally {
            delete(draft);
        }
    }

    private StartException cannotKeep(Path place, IOException why) {
        return new StartException(place + " cannot be copied into the private folder " + folder + ": "
                + PluginJars.reason(why) + "; make room there, or name another folder by runtime.state-directory");
    }

    /** {@return the copy with a digest, if there is one and it still is what it was} */
    Optional<Copy> copy(String digest) {
        Path place = folder.resolve(digest);
        try {
            if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS) && digest(place).equals(digest)) {
                return Optional.of(new Copy(digest, list(place)));
            }
        } catch (IOException e) {
            return Optional.empty(); // made again from the original, if that is there
        }
        return Optional.empty();
    }

    /** {@return what a plugin of that name last ran on, if the copy is still there} */
    Optional<Copy> last(String name) {
        String digest = index().get(name);
        return digest == null ? Optional.empty() : copy(digest);
    }

    /** Notes what a plugin runs on, for the next start. */
    void remember(String name, String digest) {
        Map<String, String> index = index();
        if (changes && !digest.equals(index.put(name, digest))) {
            write(index);
        }
    }

    /** Forgets a plugin that was taken out. */
    void forget(String name) {
        Map<String, String> index = index();
        if (changes && index.remove(name) != null) {
            write(index);
        }
    }

    /** {@return whether a copy was once found to be free of native code} */
    boolean isScanned(String digest) {
        return scanned().contains(digest);
    }

    /** Notes that a copy is free of native code, so that the next start need not look at it. */
    void scanned(String digest) {
        if (!changes) {
            return;
        }
        Set<String> digests = scanned();
        digests.removeIf(each -> !Files.isDirectory(folder.resolve(each)));
        digests.add(digest);
        write(SCANNED, digests);
    }

    private Set<String> scanned() {
        Set<String> digests = new TreeSet<>();
        try (Stream<String> lines = Files.lines(folder.resolve(SCANNED))) {
            lines.limit(MAX_INDEX).filter(line -> line.matches(DIGEST)).forEach(digests::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            return digests; // none yet, or not readable: they are looked at again
        }
        return digests;
    }

    /** Deletes copies that neither the index names nor anything uses, but for the newest few. */
    void collect(Set<String> used) {
        if (!changes || !Files.isDirectory(folder)) {
            return;
        }
        Set<String> kept = new HashSet<>(index().values());
        kept.addAll(used);
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> spare = entries.filter(entry -> !entry.endsWith(INDEX) && !entry.endsWith(SCANNED))
                    .filter(entry -> !kept.contains(entry.getFileName().toString()))
                    .sorted(Comparator.comparing(PluginStore::time).reversed()).toList();
            spare.stream().skip(SPARE).forEach(PluginStore::delete);
        } catch (IOException e) {
            throw new StartException("The private folder " + folder + " cannot be read: " + PluginJars.reason(e));
        }
    }

    private static FileTime time(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private Map<String, String> index() {
        Map<String, String> index = new TreeMap<>();
        try (Stream<String> lines = Files.lines(folder.resolve(INDEX))) {
            lines.limit(MAX_INDEX).map(line -> line.split(" ", 2)).filter(pair -> pair.length == 2)
                    .filter(pair -> pair[1].matches(DIGEST)).forEach(pair -> index.put(pair[0], pair[1]));
        } catch (IOException | java.io.UncheckedIOException e) {
            return index; // none yet, or not readable: what is in the plugins directory is found there
        }
        return index;
    }

    private void write(Map<String, String> index) {
        write(INDEX, index.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue()).toList());
    }

    private void write(String name, Collection<String> lines) {
        try {
            prepare();
            Path draft = Files.createTempFile(folder, ".index-", "");
            Files.write(draft, lines);
            Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StartException("The index of plugins in " + folder + " cannot be written: "
                    + PluginJars.reason(e));
        }
    }

    private void prepare() throws IOException {
        if (!prepared) {
            PrivateFolder.make(folder, 3); // the store, those of all plugins directories, the state
            prepared = true;
        }
    }

    private static String digest(Path copy) throws IOException {
        return PluginJars.digest(list(copy));
    }

    private static List<Path> list(Path copy) throws IOException {
        try (Stream<Path> files = Files.list(copy)) {
            return files.sorted().toList();
        }
    }

    private static void delete(@Nullable Path tree) {
        if (tree == null || !Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.getLogger(PluginStore.class.getName()).log(System.Logger.Level.DEBUG, "A copy stays", e);
        }
    }
}
