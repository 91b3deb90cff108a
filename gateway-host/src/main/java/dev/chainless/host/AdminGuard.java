package dev.chainless.host;

import dev.chainless.config.AdminConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the admin server: not pages of other sites in a browser of this machine, and where a token is asked for, only who
 * shows it.
 *
 * @param loopbackOnly whether only this machine can reach the server, so that a browser which believes to talk to another name
 *     has been deceived
 * @param tokenFile holds the token, null if none is asked for
 */
record AdminGuard(boolean loopbackOnly, @Nullable Path tokenFile) {
    private static final Pattern LOOPBACK = Pattern.compile(
            "(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?");
    private static final int MIN_TOKEN = 16;
    private static final int MAX_TOKEN = 1024;

    /**
     * Why a request is refused.
     *
     * @param status of the response
     * @param text a sentence
     */
    record Refusal(int status, String text) {}

    /**
     * Says what is wrong with the token, before anything listens.
     *
     * @throws StartException with a sentence, if its file has none
     */
    static void check(AdminConfig config) {
        if (config.enabled() && config.tokenFile().isPresent()) {
            try {
                token(config.tokenFile().get());
            } catch (IOException e) {
                throw new StartException("The file " + config.tokenFile().get() + " (admin.token-file) " + reason(e)
                        + "; write a token of at least " + MIN_TOKEN + " characters into its first line");
            }
        }
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.NoSuchFileException ? "is not there"
                : e instanceof java.nio.file.FileSystemException ? "cannot be read" : String.valueOf(e.getMessage());
    }

    private static String token(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_TOKEN);
        }
        String token = new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("").strip();
        if (token.length() < MIN_TOKEN) {
            throw new IOException("has a token of " + token.length() + " characters");
        }
        return token;
    }

    /** {@return why a request is refused, null if it is not} */
    @Nullable Refusal refusal(HttpRequest request) {
        String foreign = foreign(request);
        if (foreign != null) {
            return new Refusal(403, foreign);
        }
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        // RFC 9112 section 3.2
        if (hosts.size() > 1 || (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
            return new Refusal(400, "A request has one Host field.");
        }
        return knows(request) ? null
                : new Refusal(401, "This needs the token of admin.token-file, as Authorization: Bearer TOKEN.");
    }

    /** {@return why a request cannot be meant, if it comes from a page of another site; null if it does not} */
    @Nullable String foreign(HttpRequest request) {
        String host = request.headers().get(HttpHeaderNames.HOST, "").toLowerCase(Locale.ROOT);
        if (loopbackOnly && !host.isEmpty() && !LOOPBACK.matcher(host).matches()) {
            return "The admin server of this machine answers to localhost, 127.0.0.1 and [::1] only.";
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        if (origin != null && !sameSite(origin, host)) {
            return "Another site's page may not do this.";
        }
        String site = request.headers().get("sec-fetch-site");
        return site == null || site.equals("same-origin") || site.equals("none") ? null
                : "Another site's page may not do this.";
    }

    /** {@return whether a request shows the token, or none is asked for} */
    boolean knows(HttpRequest request) {
        if (tokenFile == null) {
            return true;
        }
        List<String> shown = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
        if (shown.size() != 1 || !shown.getFirst().regionMatches(true, 0, "Bearer ", 0, 7)) {
            return false;
        }
        try {
            // In constant time, whatever the length is.
            return MessageDigest.isEqual(digest(token(tokenFile)), digest(shown.getFirst().substring(7).strip()));
        } catch (IOException e) {
            return false; // nobody is let in while there is no token
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static boolean sameSite(String origin, String host) {
        try {
            return host.equals(String.valueOf(URI.create(origin).getRawAuthority()).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
