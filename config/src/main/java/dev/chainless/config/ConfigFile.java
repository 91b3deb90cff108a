package dev.chainless.config;

import java.nio.file.Path;

/** Reads the configuration of a gateway from TOML. */
public final class ConfigFile {
    private ConfigFile() {
    }

    /**
     * Reads a file and all that it includes.
     *
     * @param file the main file
     * @return the configuration
     * @throws ConfigException with all that is wrong in all of the files
     */
    public static GatewayConfig load(Path file) {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads the text of a file, and from disk all that it includes.
     *
     * @param text TOML
     * @param name the name of the file, for problems and as the base of relative paths
     * @return the configuration
     * @throws ConfigException with all that is wrong
     */
    public static GatewayConfig parse(String text, Path name) {
        throw new UnsupportedOperationException();
    }
}
