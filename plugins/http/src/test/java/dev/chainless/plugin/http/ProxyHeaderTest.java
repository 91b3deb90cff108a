package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both versions of the PROXY protocol, read and written. */
class ProxyHeaderTest {
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

    static Stream<String> refused() {
        return Stream.of("GET / HTTP/1.1\r\n", "PROXY\r\n", "PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r3",
                "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
                "PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
                "PROXY TCP4 a.example 1.2.3.4 1 2\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
                "PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY TCP6 ::1%eth0 ::1 1 2\r\n", "PROXY TCP6 [::1] ::1 1 2\r\n", "PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n", "PROXY TCP4 300.2.3.4 1.2.3.4 1 2\r\n",
                "PROXY UNKNOWN " + "a".repeat(200),
                "\r\n\r\nGET", "PROXZ", SIGNATURE + "\21\21\0\14", SIGNATURE + "\42\21\0\14",
                SIGNATURE + "\41\21\0\13" + "a".repeat(11), SIGNATURE + "\41\101\0\14" + "a".repeat(12),
                SIGNATURE + "\41\23\0\14" + "a".repeat(12), SIGNATURE + "\41\41\0\43" + "a".repeat(35),
                SIGNATURE + "\41\21\0\15" + "a".repeat(13), SIGNATURE + "\41\21\0\17" + "a".repeat(12) + "\4\0\1",
                SIGNATURE + "\41\21\u00ff\u00ff", SIGNATURE + "\41\21\0\23" + "a".repeat(12) + "\3\0\4abcd");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(String raw) {
        var header = new ProxyHeader(1024);
        assertEquals(ProxyHeader.BAD, header.parse(Unpooled.wrappedBuffer(Reading.bytes(raw))));
        assertTrue(!header.detail().isEmpty());
        assertNull(header.source());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN a b c d\r\n", SIGNATURE + "\40\0\0\0",
            SIGNATURE + "\40\21\0\0", SIGNATURE + "\41\0\0\0",
            SIGNATURE + "\41\0\0\4\4\0\1x"}) void readsHeadersWithoutAddresses(String raw) {
        var header = new ProxyHeader(1024);
        ByteBuf in = Unpooled.wrappedBuffer(Reading.bytes(raw + "GET"));
        assertEquals(ProxyHeader.DONE, header.parse(in));
        assertNull(header.source());
        assertNull(header.destination());
        assertEquals(3, in.readableBytes());
    }

    @Test
    void readsText() {
        var header = new ProxyHeader(1024);
        assertEquals(ProxyHeader.DONE, header.parse(
                Unpooled.wrappedBuffer(Reading.bytes("PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1234 443\r\n"))));
        assertEquals(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 1234), header.source());
    }

    @Test
    void readsExtensionsWithAChecksum() {
        byte[] raw = Reading.bytes(SIGNATURE + "\41\21\0\26" + "\1\2\3\4\5\6\7\10\0\120\1\273" + "\3\0\4\0\0\0\0"
                + "\4\0\0");
        var crc = new CRC32C();
        crc.update(raw);
        ByteBuf in = Unpooled.wrappedBuffer(raw).setInt(raw.length - 7, (int) crc.getValue());
        var header = new ProxyHeader(1024);
        assertEquals(ProxyHeader.DONE, header.parse(in));
        assertEquals(new InetSocketAddress(InetAddress.ofLiteral("1.2.3.4"), 80), header.source());
        assertEquals(new InetSocketAddress(InetAddress.ofLiteral("5.6.7.8"), 443), header.destination());
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void readsWhatItWrote(@ForAll long seed) throws Exception {
        var random = new Random(seed);
        InetSocketAddress source = address(random);
        InetSocketAddress destination = address(random);
        ByteBuf out = Unpooled.buffer();
        ProxyHeader.write(out, 1 + random.nextInt(2), source, destination);
        out.writeByte('G');
        var header = new ProxyHeader(128);
        int result = ProxyHeader.MORE;
        while (result == ProxyHeader.MORE) {
            ByteBuf piece = out.slice(out.readerIndex(), Math.min(out.readableBytes(), 1 + random.nextInt(9)));
            result = header.parse(piece);
            out.skipBytes(piece.readerIndex());
        }
        assertEquals(ProxyHeader.DONE, result);
        assertEquals(1, out.readableBytes());
        assertEquals(source, header.source());
        assertEquals(destination, header.destination());
    }

    private static InetSocketAddress address(Random random) throws Exception {
        byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
        random.nextBytes(octets);
        return new InetSocketAddress(InetAddress.getByAddress(octets), random.nextInt(65536));
    }

    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void readsAlikeInPieces(@ForAll long seed) {
        var heads = new RandomHeads(seed);
        byte[] raw =
                heads.spoiled(Reading.bytes(heads.random().nextBoolean() ? "PROXY TCP4 1.2.3.4 5.6.7.8 12 34\r\nGET"
                        : SIGNATURE + "\41\21\0\14\1\2\3\4\5\6\7\10\0\120\1\273GET"));
        var whole = new ProxyHeader(64);
        ByteBuf in = Unpooled.wrappedBuffer(raw);
        int result = whole.parse(in);
        var other = new ProxyHeader(64);
        int at = 0;
        int otherResult = ProxyHeader.MORE;
        while (at < raw.length && otherResult == ProxyHeader.MORE) {
            otherResult = other.parse(Unpooled.wrappedBuffer(Arrays.copyOfRange(raw, at, at + 1)));
            at++;
        }
        assertEquals(result, otherResult);
        assertEquals(whole.source(), other.source());
        if (result == ProxyHeader.DONE) {
            assertEquals(in.readerIndex(), at);
        }
    }
}
