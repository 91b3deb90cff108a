package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The admin server.
 *
 * @param enabled whether there is one
 * @param listen its address; port 0 for any free one
 * @param socketMode the permissions of a Unix socket, in octal
 * @param socketOwner who owns a Unix socket: {@code user}, {@code user:group} or {@code :group}; empty for whom the gateway runs as
 * @param tokenFile holds the token that requests have to show; empty for none
 * @param acceptPlugins whether plugins may be added and removed through it
 */
public record AdminConfig(
        @Doc("Whether there is an admin server.") @Default("true") boolean enabled,
        @Doc("The address of the admin server, or \"unix:\" and the path of a Unix socket. Port 0: any free port. An address that "
                + "other machines reach needs a token-file, and should be behind something that encrypts.")
        @Default("127.0.0.1:9901") AdminAddress listen,
        @Doc("The permissions of a Unix socket, in octal. Who may write to it may use it.")
        @Default("0600") String socketMode,
        @Doc("Who owns a Unix socket: \"user\", \"user:group\" or \":group\". Empty: whom the gateway runs as.")
        @Default("") String socketOwner,
        @Doc("A file with the token that each request has to show, as Authorization: Bearer TOKEN, at least 16 characters. It is read at "
                + "each request. /healthz and /readyz need none, but tell no reasons without it. Absent: no token is asked for.")
        Optional<Path> tokenFile,
        @Doc("Whether plugins may be added and removed through the admin server. Where it listens on an address that "
                + "other machines reach, it takes only plugins that the plugin-policy requires something of.")
        @Default("true") boolean acceptPlugins) {
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");
    private static final Pattern OWNER = Pattern.compile("([A-Za-z0-9_.-]{1,32})?(:[A-Za-z0-9_.-]{1,32})?");

    /** Refuses an address that others reach without a token, and what is no mode or owner. */
    public AdminConfig {
        if (enabled && !listen.isLocal() && tokenFile.isEmpty()) {
            throw new IllegalArgumentException("other machines could use the admin server at " + listen
                    + "; say token-file = \"...\", or listen on 127.0.0.1 or on unix:/run/chainless/admin.sock");
        }
        if (!MODE.matcher(socketMode).matches()) {
            throw new IllegalArgumentException("socket-mode is three octal digits such as \"0660\"");
        }
        if (!OWNER.matcher(socketOwner).matches() || socketOwner.equals(":")) {
            throw new IllegalArgumentException(
                    "socket-owner is \"user\", \"user:group\" or \":group\"");
        }
    }
}
