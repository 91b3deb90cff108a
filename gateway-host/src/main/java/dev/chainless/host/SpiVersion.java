package dev.chainless.host;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether a plugin was compiled against an SPI that this host's can stand for. */
final class SpiVersion {
    private static final String SPI = "dev.chainless.spi";

    private SpiVersion() {}

    /**
     * Refuses a plugin whose SPI is of another series than the host's, or newer.
     *
     * @throws StartException with both versions
     */
    static void require(List<ModuleDescriptor> modules, Path place, ModuleLayer host) {
        Optional<Version> own = host.findModule(SPI).flatMap(module -> module.getDescriptor().version());
        if (own.isEmpty()) {
            return; // a host without versions, as in an IDE
        }
        boolean found = false;
        for (ModuleDescriptor module : modules) {
            for (Requires requires : module.requires()) {
                if (requires.name().equals(SPI)) {
                    found = true;
                    require(requires.compiledVersion(), own.get(), place);
                }
            }
        }
        if (!found) {
            throw absent(own.get(), place);
        }
    }

    private static void require(Optional<Version> compiled, Version own, Path place) {
        if (compiled.isEmpty()) {
            throw absent(own, place);
        }
        if (!series(compiled.get()).equals(series(own))) {
            throw new StartException(place + " was compiled against version " + compiled.get() + " of " + SPI
                    + ", and this gateway has " + own + ", another series; compile the plugin against " + own);
        }
        if (compiled.get().compareTo(own) > 0) {
            throw new StartException(place + " was compiled against version " + compiled.get() + " of " + SPI
                    + ", which is newer than this gateway's " + own
                    + "; use a newer gateway, or compile the plugin against " + own);
        }
    }

    private static StartException absent(Version own, Path place) {
        return new StartException(place + " does not say which version of " + SPI
                + " it was compiled against; compile it against the jar of version " + own
                + ", on the module path and with its module descriptor");
    }

    /** {@return the part of a version within which the SPI stays compatible: the first number, before 1.0 the second too} */
    private static String series(Version version) {
        String[] parts = version.toString().split("[.+-]", 3);
        return parts[0].equals("0") && parts.length > 1 ? "0." + parts[1] : parts[0];
    }
}
