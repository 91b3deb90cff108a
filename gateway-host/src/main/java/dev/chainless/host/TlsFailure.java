package dev.chainless.host;

import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;

/** Why a handshake failed. */
enum TlsFailure {
    /** What came was no TLS. */
    NOT_TLS("the other end does not speak TLS"),
    /** More handshakes at once than the listener takes. */
    TOO_MANY("too many handshakes at once"),
    /** It was not done in time. */
    TIMEOUT("the handshake took too long"),
    /** The connection was closed before it was done. */
    CLOSED("the connection was closed in the handshake"),
    /** No certificate for the name that was asked for. */
    UNKNOWN_NAME("no certificate for the name"),
    /** No version, cipher, group or signature that both ends know. */
    NOTHING_SHARED("no version, cipher or group in common"),
    /** No certificate, or one that is not trusted. */
    CERTIFICATE("a certificate is missing or not trusted"),
    /** The other end said that it does not go on. */
    ALERT("the other end refused the handshake"),
    /** Anything else. */
    OTHER("the handshake failed");

    private final String text;

    TlsFailure(String text) {
        this.text = text;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return what it is, in a few words} */
    String text() {
        return text;
    }

    /** {@return the reason that an exception tells of} Libraries tell most of it in words only. */
    static TlsFailure of(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof CertificateException) {
                return CERTIFICATE;
            }
        }
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage()).toUpperCase(Locale.ROOT).replace('_', ' ');
            if (contains(message, "CERTIFICATE", "CERT ")) {
                return message.contains("ALERT") ? ALERT : CERTIFICATE;
            }
            if (at instanceof ClosedChannelException || contains(message, "CONNECTION CLOSED", "RESET BY PEER")) {
                return CLOSED;
            }
            if (contains(message, "UNSUPPORTED PROTOCOL", "NO SHARED", "NO SUITABLE", "NO COMMON", "WRONG VERSION",
                    "NO CIPHER", "PROTOCOL VERSION", "NO AVAILABLE", "NOT ACCEPTED BY CLIENT PREFERENCES",
                    "NO APPROPRIATE", "HANDSHAKE FAILURE ON CLIENT HELLO")) {
                return NOTHING_SHARED;
            }
            if (contains(message, "NOT AN SSL", "HTTP REQUEST", "NOT SSL", "PLAINTEXT")) {
                return NOT_TLS;
            }
            if (message.contains("ALERT")) {
                return ALERT;
            }
        }
        return OTHER;
    }

    private static boolean contains(String message, String... words) {
        for (String word : words) {
            if (message.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
