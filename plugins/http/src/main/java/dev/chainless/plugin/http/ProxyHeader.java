package dev.chainless.plugin.http;

import dev.chainless.spi.config.IpPrefix;
import io.netty.buffer.ByteBuf;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the header by which a proxy in front says whose connection it passes on: the PROXY protocol,
 * versions 1 (a line of text) and 2 (binary). One for each connection.
 */
final class ProxyHeader {
    /** All that was readable is consumed and the header goes on. */
    static final int MORE = 0;
    /** The header is complete; what follows it is still to be read from the buffer. */
    static final int DONE = 1;
    /** There is no valid header: see {@link #detail}. */
    static final int BAD = 2;

    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    /** With its CR LF, by the specification. */
    private static final int LONGEST_TEXT = 107;
    private static final int FIXED = 16;
    private static final int CRC_TYPE = 3;

    private final int maxLength;
    private byte[] bytes = new byte[128];
    private int received;
    private @Nullable InetSocketAddress source;
    private @Nullable InetSocketAddress destination;
    private int result = MORE;
    private String detail = "";

    /**
     * Makes a reader.
     *
     * @param maxLength the most bytes of a header of version 2; at least 52, what addresses need
     */
    ProxyHeader(int maxLength) {
        this.maxLength = Math.max(maxLength, FIXED + 36);
    }

    /**
     * Reads on.
     *
     * @param in what has come; exactly the header's bytes are consumed
     * @return {@link #MORE}, {@link #DONE} or {@link #BAD}
     */
    int parse(ByteBuf in) {
        while (result == MORE && in.isReadable()) {
            if (received == bytes.length) {
                bytes = Arrays.copyOf(bytes, received * 2);
            }
            bytes[received++] = in.readByte();
            result = bytes[0] == TEXT[0] ? text() : binary();
        }
        return result;
    }

    /** {@return where the client connects from; null if the header says that there is no such client} */
    @Nullable InetSocketAddress source() {
        return source;
    }

    /** {@return where the client connected to; null if {@link #source} is} */
    @Nullable InetSocketAddress destination() {
        return destination;
    }

    /** {@return why a header is refused; nothing of what was sent is in it} */
    String detail() {
        return detail;
    }

    private int refuse(String detail) {
        this.detail = detail;
        return BAD;
    }

    // ---- version 1

    private int text() {
        int last = received - 1;
        if (last < TEXT.length) {
            return bytes[last] == TEXT[last] ? MORE : refuse("no PROXY protocol header");
        }
        if (bytes[last] == '\n') {
            return bytes[last - 1] == '\r' ? line(new String(bytes, 0, last - 1, StandardCharsets.ISO_8859_1))
                    : refuse("a PROXY protocol header ends with LF alone");
        }
        if (bytes[last - 1] == '\r') {
            return refuse("CR without LF in a PROXY protocol header");
        }
        return received < LONGEST_TEXT ? MORE : refuse("a PROXY protocol header is too long");
    }

    private int line(String line) {
        String[] words = line.split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return DONE;
        }
        boolean four = words[1].equals("TCP4");
        if (words.length != 6 || (!four && !words[1].equals("TCP6"))) {
            return refuse("a PROXY protocol header is not PROXY, family, two addresses and two ports");
        }
        InetAddress from = literal(words[2], four);
        InetAddress to = literal(words[3], four);
        int fromPort = port(words[4]);
        int toPort = port(words[5]);
        if (from == null || to == null || fromPort < 0 || toPort < 0) {
            return refuse("an address or port of a PROXY protocol header is invalid");
        }
        source = new InetSocketAddress(from, fromPort);
        destination = new InetSocketAddress(to, toPort);
        return DONE;
    }

    private static @Nullable InetAddress literal(String text, boolean four) {
        if (four != (text.indexOf(':') < 0) || text.indexOf('/') >= 0) {
            return null;
        }
        try {
            return IpPrefix.parse(text).network();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int port(String text) {
        if (text.isEmpty() || text.length() > 5) {
            return -1;
        }
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            port = port * 10 + c - '0';
        }
        return port <= 0xffff ? port : -1;
    }

    // ---- version 2

    private int binary() {
        int last = received - 1;
        if (last < SIGNATURE.length) {
            return bytes[last] == SIGNATURE[last] ? MORE : refuse("no PROXY protocol header");
        }
        if (received < FIXED) {
            return MORE;
        }
        int total = FIXED + number(14);
        if (received == FIXED && bytes[12] != 0x20 && bytes[12] != 0x21) {
            return refuse("a PROXY protocol header of another version, or with another command");
        }
        if (total > maxLength) {
            return refuse("a PROXY protocol header is too long");
        }
        return received < total ? MORE : addresses(total);
    }

    private int addresses(int total) {
        int family = bytes[13] >> 4 & 0xf;
        int transport = bytes[13] & 0xf;
        if (family > 3 || transport > 2) {
            return refuse("a PROXY protocol header of an unknown family");
        }
        boolean local = bytes[12] == 0x20;
        int size = switch (family) {
            case 1 -> 4;
            case 2 -> 16;
            case 3 -> 108;
            default -> 0;
        };
        int extensions = FIXED + 2 * size + (size == 4 || size == 16 ? 4 : 0);
        if (extensions > total) {
            return local ? DONE : refuse("a PROXY protocol header is too short for its addresses");
        }
        if (!extensions(extensions, total)) {
            return refuse("the extensions of a PROXY protocol header are damaged");
        }
        if (!local && (size == 4 || size == 16)) {
            int ports = FIXED + 2 * size;
            source = new InetSocketAddress(address(FIXED, size), number(ports));
            destination = new InetSocketAddress(address(FIXED + size, size), number(ports + 2));
        }
        return DONE;
    }

    /** {@return whether the type-length-values fill the rest exactly and a checksum, if there is one, is right} */
    private boolean extensions(int from, int total) {
        int i = from;
        while (i < total) {
            if (total - i < 3 || total - i - 3 < number(i + 1)) {
                return false;
            }
            int length = number(i + 1);
            if (bytes[i] == CRC_TYPE && !(length == 4 && checks(i + 3, total))) {
                return false;
            }
            i += 3 + length;
        }
        return true;
    }

    private boolean checks(int at, int total) {
        long said = (long) number(at) << 16 | number(at + 2);
        var crc = new CRC32C();
        crc.update(bytes, 0, at);
        crc.update(new byte[4]);
        crc.update(bytes, at + 4, total - at - 4);
        return crc.getValue() == said;
    }

    private int number(int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    private InetAddress address(int at, int size) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + size));
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    // ---- writing

    /**
     * Writes a header.
     *
     * @param out gets it
     * @param version 1 or 2
     * @param source the client's address; null if the connection is the gateway's own
     * @param destination where the client connected to; null likewise
     */
    static void write(ByteBuf out, int version, @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination) {
        boolean known = source != null && destination != null && source.getAddress() != null
                && destination.getAddress() != null;
        if (source == null || destination == null || !known) {
            if (version == 1) {
                out.writeCharSequence("PROXY UNKNOWN\r\n", StandardCharsets.US_ASCII);
            } else {
                out.writeBytes(SIGNATURE).writeByte(0x20).writeByte(0).writeShort(0);
            }
            return;
        }
        boolean four = source.getAddress() instanceof Inet4Address && destination.getAddress() instanceof Inet4Address;
        if (version == 1) {
            out.writeCharSequence("PROXY " + (four ? "TCP4 " : "TCP6 ") + text(source, four) + ' '
                    + text(destination, four) + ' ' + source.getPort() + ' ' + destination.getPort() + "\r\n",
                    StandardCharsets.US_ASCII);
            return;
        }
        int size = four ? 4 : 16;
        out.writeBytes(SIGNATURE).writeByte(0x21).writeByte(four ? 0x11 : 0x21).writeShort(2 * size + 4);
        out.writeBytes(octets(source, four)).writeBytes(octets(destination, four));
        out.writeShort(source.getPort()).writeShort(destination.getPort());
    }

    private static String text(InetSocketAddress address, boolean four) {
        if (!four && address.getAddress() instanceof Inet4Address v4) {
            return "::ffff:" + v4.getHostAddress();
        }
        String text = address.getAddress().getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** Of two families the IPv4 address is written as mapped into IPv6. */
    private static byte[] octets(InetSocketAddress address, boolean four) {
        byte[] octets = address.getAddress().getAddress();
        if (four || octets.length == 16) {
            return octets;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(octets, 0, mapped, 12, 4);
        return mapped;
    }
}
