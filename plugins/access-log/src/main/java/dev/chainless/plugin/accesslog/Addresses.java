package dev.chainless.plugin.accesslog;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The texts of addresses that came lately. Each loop has one. */
final class Addresses {
    /** A power of two. */
    private static final int PLACES = 512;

    private final @Nullable InetAddress[] addresses = new InetAddress[PLACES];
    private final byte[][] texts = new byte[PLACES][];

    byte[] text(InetAddress address) {
        int code = address.hashCode();
        int place = (code ^ (code >>> 16)) & (PLACES - 1);
        if (!address.equals(addresses[place])) {
            addresses[place] = address;
            texts[place] = address.getHostAddress().getBytes(StandardCharsets.US_ASCII);
        }
        return texts[place];
    }
}
