package dev.chainless.plugin.ratelimit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The keys of clients' addresses. {@link InetAddress#getAddress} makes a copy for each call: so the keys of
 * addresses that came lately are kept, by loop.
 */
final class ClientKeys {
    /** A power of two. */
    private static final int PLACES = 1024;

    /** The upper half of an IPv6 prefix that is no client's (::/32), for IPv4 addresses. */
    private static final long IPV4 = 0x0000_ffff_0000_0000L;

    private final long ipv6Mask;
    private final KeyedHash hash;
    private final Seen[] byLoop;

    /** What one loop has seen. */
    private static final class Seen {
        private final @Nullable InetAddress[] addresses = new InetAddress[PLACES];
        private final long[] keys = new long[PLACES];
    }

    ClientKeys(int loops, int ipv6Prefix, KeyedHash hash) {
        this.ipv6Mask = -1L << (64 - ipv6Prefix);
        this.hash = hash;
        this.byLoop = new Seen[loops];
        for (int loop = 0; loop < loops; loop++) {
            byLoop[loop] = new Seen();
        }
    }

    /** {@return the key of an address; on that loop's thread} */
    long of(InetAddress address, int loop) {
        Seen seen = byLoop[loop];
        int code = address.hashCode();
        int place = (code ^ (code >>> 16)) & (PLACES - 1);
        if (!address.equals(seen.addresses[place])) {
            seen.keys[place] = hash.of(significant(address.getAddress()));
            seen.addresses[place] = address;
        }
        return seen.keys[place];
    }

    private long significant(byte[] address) {
        long bits = 0;
        for (int i = 0; i < Math.min(address.length, 8); i++) {
            bits = (bits << 8) | (address[i] & 0xff);
        }
        return address.length == 4 ? IPV4 | bits : bits & ipv6Mask;
    }
}
