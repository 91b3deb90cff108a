package dev.chainless.host;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/** Folders that nobody but this user may look into. */
final class PrivateFolder {
    private PrivateFolder() {}

    /**
     * {@return where the gateway keeps its state}
     *
     * @param configured what the configuration says
     * @param environment of the process: systemd names a folder, else the desktop's convention does
     */
    static Path state(Optional<Path> configured, Map<String, String> environment) {
        if (configured.isPresent()) {
            return configured.get().toAbsolutePath();
        }
        String systemd = environment.getOrDefault("STATE_DIRECTORY", "");
        if (!systemd.isEmpty()) {
            return Path.of(systemd.split(":", 2)[0]);
        }
        String home = environment.getOrDefault("XDG_STATE_HOME", "");
        if (home.startsWith("/")) {
            return Path.of(home, "chainless");
        }
        return Path.of(System.getProperty("java.io.tmpdir"), "chainless-" + System.getProperty("user.name"));
    }

    /**
     * Makes a folder and those above it that are missing.
     *
     * @param levels how many folders, this one and those right above it, must be this user's alone
     * @throws StartException if it is there and others may write it: they could make this process run their code
     */
    static void make(Path folder, int levels) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Path parent = folder.getParent();
        if (parent != null && (levels > 1 || !Files.exists(parent))) {
            make(parent, levels - 1);
        }
        try {
            Files.createDirectory(folder, mode);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw new IOException(folder + " is no folder", e);
            }
        }
        if (levels > 0) {
            requireOwn(folder);
        }
    }

    /** Whoever may write a folder, or owns it, decides what code this process runs. */
    private static void requireOwn(Path folder) throws IOException {
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        Object owner = Files.getAttribute(folder, "unix:uid");
        int mode = (int) Files.getAttribute(folder, "unix:mode");
        boolean foreign = !owner.equals(self) && !owner.equals(0);
        if (foreign || (mode & 0022) != 0) {
            throw new StartException("The folder " + folder + (foreign ? " belongs to another user"
                    : " can be written by others") + ", so that plugins kept there cannot be trusted; name another one "
                    + "by runtime.state-directory");
        }
    }
}
