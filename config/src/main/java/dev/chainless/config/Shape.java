package dev.chainless.config;

import java.util.Locale;

/** The shape of a record: its keys and how to make one. */
final class Shape {
    private Shape() {
    }

    static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
