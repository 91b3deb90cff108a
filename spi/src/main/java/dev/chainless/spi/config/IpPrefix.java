package dev.chainless.spi.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A range of IP addresses: {@code "10.0.0.0/8"}, {@code "2001:db8::/32"}; an address alone is a range of one. An IPv4
 * address mapped into IPv6 ({@code ::ffff:10.0.0.1}) counts as the IPv4 address that it is.
 *
 * @param network the first address of the range
 * @param length how many leading bits are fixed: 0 to 32 or 128
 */
public record IpPrefix(InetAddress network, int length) {
    private static final String EXPECTS = "an address range such as \"10.0.0.0/8\" or \"::1\"";

    /** Refuses a length out of range and bits set behind it. */
    public IpPrefix {
        byte[] bytes = network.getAddress();
        if (length < 0 || length > bytes.length * 8) {
            throw new IllegalArgumentException("/" + length + " is not between /0 and /" + bytes.length * 8);
        }
        byte[] masked = masked(bytes, length);
        if (!Arrays.equals(bytes, masked)) {
            throw new IllegalArgumentException("has bits set behind /" + length + ", did you mean \""
                    + text(masked) + "/" + length + "\"?");
        }
    }

    /**
     * Reads a range.
     *
     * @param text an IPv4 or IPv6 address, then nothing or {@code /} and the number of fixed bits
     * @return the range
     * @throws IllegalArgumentException if the text is anything else; names are not looked up
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "[0-9A-Fa-f:.]+(/[0-9]{1,3})?")
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        InetAddress network;
        if (HostPort.isIpv4(address)) {
            network = Inet4Address.ofLiteral(address);
        } else if (address.indexOf('%') < 0 && HostPort.isIpv6(address)) {
            network = Inet6Address.ofLiteral(address);
        } else {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        if (slash < 0) {
            return new IpPrefix(network, network.getAddress().length * 8);
        }
        String digits = text.substring(slash + 1);
        if (!digits.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        return new IpPrefix(network, Integer.parseInt(digits));
    }

    /** {@return whether the address is in this range; false for one of the other IP version} */
    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        int whole = length >> 3;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != other[i]) {
                return false;
            }
        }
        int bits = length & 7;
        return bits == 0 || ((mine[whole] ^ other[whole]) & 0xff) >> (8 - bits) == 0;
    }

    /** {@return {@code address/length}, as {@link #parse} reads it} */
    @Override
    public String toString() {
        return network.getHostAddress() + "/" + length;
    }

    private static byte[] masked(byte[] bytes, int length) {
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            int fixed = Math.clamp(length - i * 8L, 0, 8);
            masked[i] &= (byte) (0xff << (8 - fixed));
        }
        return masked;
    }

    private static String text(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
