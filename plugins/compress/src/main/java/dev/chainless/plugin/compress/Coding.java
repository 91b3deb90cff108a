package dev.chainless.plugin.compress;

import dev.chainless.spi.config.Doc;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import org.jspecify.annotations.Nullable;

/** A content coding. */
enum Coding {
    @Doc("Zstandard (RFC 8878), by zstd-jni.")
    ZSTD("zstd"),
    @Doc("Brotli (RFC 7932), by brotli4j.")
    BR("br"),
    @Doc("gzip (RFC 1952), by the JDK.")
    GZIP("gzip");

    private final String token;
    @SuppressWarnings("ImmutableEnumChecker") // a field line does not change
    private final FieldLine field;

    Coding(String token) {
        this.token = token;
        this.field = FieldLine.of(FieldName.CONTENT_ENCODING, token);
    }

    /** {@return its name in fields} */
    String token() {
        return token;
    }

    /** {@return the field that says that it was used} */
    FieldLine field() {
        return field;
    }

    /**
     * {@return the coding of that name, null if it is none of these}
     *
     * @param name in lower case
     */
    static @Nullable Coding named(String name) {
        return switch (name) {
            case "zstd" -> ZSTD;
            case "br" -> BR;
            case "gzip", "x-gzip" -> GZIP; // RFC 9110, section 8.4.1.3
            default -> null;
        };
    }

    /** {@return why it cannot be used, as the end of a sentence; null if it can} Loads its library. */
    @Nullable String obstacle() {
        if (this == GZIP) {
            return null;
        }
        if (!Coding.class.getModule().isNativeAccessEnabled()) {
            return "it needs native code; grant it by native-access = true in [plugins.compress]";
        }
        try {
            if (this == ZSTD) {
                ZstdCoder.load();
            } else {
                BrotliCoder.load();
            }
            return null;
        } catch (NoClassDefFoundError e) {
            return "its library does not lie beside the plugin's jar";
        } catch (LinkageError e) {
            return "its native library cannot be loaded (" + e.getMessage() + ")";
        }
    }
}
