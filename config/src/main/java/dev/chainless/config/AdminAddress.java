package dev.chainless.config;

import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.Shorthand;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the admin server listens: {@code "127.0.0.1:9901"}, or {@code "unix:/run/chainless/admin.sock"}. One of both is there.
 *
 * @param tcp a host and a port, 0 for any free one
 * @param unix the path of a Unix socket
 */
public record AdminAddress(Optional<HostPort> tcp, Optional<Path> unix) {
    private static final String UNIX = "unix:";
    /** What sockaddr_un holds (unix(7)), less the end and what a name has while it is made. */
    private static final int MAX_PATH = 80;
    private static final String EXPECTS =
            "a host and port such as \"127.0.0.1:9901\", or \"unix:\" and an absolute path such as \"unix:/run/chainless/admin.sock\"";

    /**
     * Reads an address.
     *
     * @param text {@code host:port}, or {@code unix:} and an absolute path of at most 80 octets
     * @return the address
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = EXPECTS,
            pattern = "unix:/.+|(\\[[0-9A-Fa-f:.%_a-z-]+\\]|[0-9A-Za-z._-]+):[0-9]{1,5}")
    public static AdminAddress parse(String text) {
        if (!text.startsWith(UNIX)) {
            return of(HostPort.parse(text));
        }
        String path = text.substring(UNIX.length());
        if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        if (path.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_PATH) {
            throw new IllegalArgumentException("the path of a Unix socket has at most " + MAX_PATH + " octets");
        }
        return new AdminAddress(Optional.empty(), Optional.of(Path.of(path)));
    }

    /** {@return the address of a host and port} */
    public static AdminAddress of(HostPort address) {
        return new AdminAddress(Optional.of(address), Optional.empty());
    }

    /** {@return whether nobody but this machine's users can reach it; of names only {@code localhost} is known to be so} */
    public boolean isLocal() {
        return tcp.isEmpty() || tcp.get().host().equals("localhost")
                || tcp.get().address().filter(java.net.InetAddress::isLoopbackAddress).isPresent();
    }

    /** {@return the address as {@link #parse} reads it} */
    @Override
    public String toString() {
        return unix.map(path -> UNIX + path).orElseGet(() -> tcp.map(HostPort::toString).orElse(""));
    }
}
