package dev.chainless.host;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version of a class's module. */
final class Version {

    private Version() {}

    /** {@return the version in the descriptor of the class's module, "unknown" on a class path} */
    static String of(Class<?> type) {
        return Optional.ofNullable(type.getModule().getDescriptor()).flatMap(ModuleDescriptor::rawVersion)
                .orElse("unknown");
    }
}
