package dev.chainless.host;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps pages of other sites, in a browser of this machine, away from the admin server. */
final class AdminGuard {
    private static final Pattern LOOPBACK = Pattern.compile(
            "(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?");

    private AdminGuard() {}

    /**
     * {@return why a request is refused, null if it is not}
     *
     * @param loopbackOnly whether only this machine can reach the server, so that a browser which believes to talk to
     *     another name has been deceived
     */
    static @Nullable String refusal(HttpRequest request, boolean loopbackOnly) {
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

    private static boolean sameSite(String origin, String host) {
        try {
            return host.equals(String.valueOf(URI.create(origin).getRawAuthority()).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
