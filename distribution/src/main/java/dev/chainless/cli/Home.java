package dev.chainless.cli;

import dev.chainless.config.ConfigFile;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.RuntimeConfig;
import dev.chainless.host.StartException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that the distribution was unpacked into. */
final class Home {
    private Home() {}

    /** {@return that folder, which the launcher names} */
    static Path folder() {
        String home = System.getProperty("chainless.home");
        if (home == null) {
            throw new StartException("Start this program by bin/chainless of its distribution");
        }
        return Path.of(home);
    }

    /** {@return the program by the name that it was started by: what is behind a link may be another version by now} */
    static String launcher() {
        String launcher = System.getenv("CHAINLESS_LAUNCHER");
        return launcher == null ? folder().resolve("bin").resolve("chainless").toString() : launcher;
    }

    static Path plugins() {
        return folder().resolve("plugins");
    }

    static Path quickstart() {
        return folder().resolve("config").resolve("quickstart.toml");
    }

    /**
     * {@return a configuration, its plugins directory being the distribution's unless it names another}
     *
     * @param file the TOML
     */
    static GatewayConfig load(Path file) {
        if (!Files.exists(file)) {
            throw new StartException("There is no file " + file
                    + "; name the TOML file to use, or none for the quickstart");
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new StartException("The file " + file + " cannot be read; make it a readable file");
        }
        GatewayConfig config = ConfigFile.load(file);
        RuntimeConfig runtime = config.runtime();
        if (runtime.pluginsDirectory().isPresent()) {
            return config;
        }
        return config.withRuntime(runtime.withPluginsDirectory(plugins()));
    }
}
