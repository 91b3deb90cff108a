package dev.chainless.plugin.digest;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Locale;

/** What a client said about trailers and digests. */
final class Wish {
    private static final FieldName WANT_CONTENT_DIGEST = FieldName.of("want-content-digest");

    private Wish() {}

    /** {@return whether the client can use the SHA-256 of the content in the trailers} */
    static boolean of(Head request) {
        String wanted = request.getAll(WANT_CONTENT_DIGEST);
        if (wanted != null) {
            return wantsSha256(wanted);
        }
        String te = request.getAll(FieldName.TE);
        return te != null && hasTrailers(te);
    }

    /** A dictionary of algorithms and how welcome each is: 1 to 10, or 0 for not at all (RFC 9530, section 4). */
    private static boolean wantsSha256(String wanted) {
        boolean wants = false;
        for (String member : wanted.split(",", -1)) {
            String text = member.strip();
            if (text.startsWith("sha-256=")) {
                wants = text.matches("sha-256=([1-9]|10)(;.*)?"); // the last one counts (RFC 9651, section 4.2.2)
            }
        }
        return wants;
    }

    private static boolean hasTrailers(String te) {
        for (String coding : te.toLowerCase(Locale.ROOT).split(",", -1)) {
            if (coding.strip().equals("trailers")) {
                return true;
            }
        }
        return false;
    }
}
