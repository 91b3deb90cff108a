package dev.chainless.spi.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private static final List<Function<String, Object>> PARSERS = List.of(
            Durations::parse, ByteSize::parse, HostPort::parse, IpPrefix::parse, Rate::parse);

    @Property
    void durationsReadBackAsPrinted(@ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        String text = Durations.format(duration);
        // The unit may leave more digits than the 18 that are read; such a duration is longer than three years.
        if (text.length() <= 18) {
            assertEquals(duration, Durations.parse(text));
        }
    }

    @Property
    void sizesReadBackAsPrinted(@ForAll @LongRange(min = 0, max = 999_999_999_999_999_999L) long bytes) {
        assertEquals(ByteSize.of(bytes), ByteSize.parse(ByteSize.of(bytes).toString()));
    }

    @Property
    void ratesReadBackAsPrinted(
            @ForAll @LongRange(min = 1, max = 1_000_000_000L) long count,
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long nanos) {
        Rate rate = new Rate(count, Duration.ofNanos(nanos));
        assertEquals(rate, Rate.parse(rate.toString()));
    }

    @Property
    void prefixesReadBackAsPrintedAndHoldTheirNetwork(@ForAll byte[] random, @ForAll int bits) throws Exception {
        byte[] address = new byte[random.length % 2 == 0 ? 4 : 16];
        System.arraycopy(random, 0, address, 0, Math.min(random.length, address.length));
        InetAddress inet = InetAddress.getByAddress(address);
        int length = Math.floorMod(bits, inet.getAddress().length * 8 + 1);
        byte[] masked = inet.getAddress();
        for (int bit = length; bit < masked.length * 8; bit++) {
            masked[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        InetAddress network = InetAddress.getByAddress(masked);
        if (network.getAddress().length != masked.length) {
            return;
        }
        IpPrefix prefix = new IpPrefix(network, length);
        assertEquals(prefix, IpPrefix.parse(prefix.toString()));
        assertTrue(prefix.contains(inet), prefix + " holds " + inet);
    }

    @Property
    void randomTextIsRefusedInOneWay(@ForAll String text) {
        for (Function<String, Object> parser : PARSERS) {
            try {
                var _ = parser.apply(text);
            } catch (IllegalArgumentException e) {
                assertFalse(String.valueOf(e.getMessage()).isEmpty());
            }
        }
    }

    @Test
    void durationsArePrintedInTheLargestUnitThatIsExact() {
        assertEquals("0s", Durations.format(Duration.ZERO));
        assertEquals("90s", Durations.format(Duration.ofSeconds(90)));
        assertEquals("2m", Durations.format(Duration.ofSeconds(120)));
        assertEquals("1d", Durations.format(Duration.ofHours(24)));
        assertEquals("250ms", Durations.format(Duration.ofMillis(250)));
        for (String wrong : List.of("", "s", "1", "1.5s", "-1s", "1 s", "1S", "1h30m", "99999999999d")) {
            assertThrows(IllegalArgumentException.class, () -> Durations.parse(wrong), wrong);
        }
    }

    @Test
    void sizesHaveDecimalAndBinaryUnits() {
        assertEquals(32_768, ByteSize.parse("32KiB").bytes());
        assertEquals(1_000_000, ByteSize.parse("1MB").bytes());
        assertEquals("1MB", ByteSize.of(1_000_000).toString());
        assertEquals("1MiB", ByteSize.of(1 << 20).toString());
        assertEquals("0B", ByteSize.of(0).toString());
        for (String wrong : List.of("", "KiB", "1kib", "-1", "1.5MB", "99999999999TiB")) {
            assertThrows(IllegalArgumentException.class, () -> ByteSize.parse(wrong), wrong);
        }
    }

    @Test
    void hostsAreNamesOrAddresses() {
        assertEquals(new HostPort("::1", 80), HostPort.parse("[::1]:80"));
        assertEquals("[::1]:80", HostPort.parse("[::1]:80").toString());
        assertEquals("app.internal:0", HostPort.parse("App.Internal:0").toString());
        assertTrue(HostPort.parse("127.0.0.1:1").address().isPresent());
        assertTrue(HostPort.parse("localhost:1").address().isEmpty());
        for (String wrong : List.of("", ":80", "a", "a:", "a:65536", "::1:80", "[a]:80", "1.2.3:80", "256.1.1.1:80",
                "a b:80", "-a:80", "a..b:80", "*:80", "http://a:80", "[::1%]:80", "[]:80")) {
            assertThrows(IllegalArgumentException.class, () -> HostPort.parse(wrong), wrong);
        }
    }

    @Test
    void prefixesHoldAddressesOfTheirVersion() throws Exception {
        IpPrefix ten = IpPrefix.parse("10.0.0.0/9");
        assertTrue(ten.contains(InetAddress.getByName("10.127.255.255")));
        assertFalse(ten.contains(InetAddress.getByName("10.128.0.0")));
        assertFalse(ten.contains(InetAddress.getByName("::1")));
        assertTrue(ten.contains(InetAddress.getByName("::ffff:10.0.0.1")), "a mapped address is an IPv4 address");
        assertTrue(IpPrefix.parse("0.0.0.0/0").contains(InetAddress.getByName("1.2.3.4")));
        assertTrue(IpPrefix.parse("::1").contains(InetAddress.getByName("::1")));
        String message = assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse("10.0.0.1/8")).getMessage();
        assertEquals("has bits set behind /8, did you mean \"10.0.0.0/8\"?", message);
        for (String wrong : List.of("", "10.0.0.0/33", "10.0.0/8", "a/8", "::/129", "10.0.0.0/", "::1%lo")) {
            assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(wrong), wrong);
        }
    }

    @Test
    void ratesArePerUnitOrPerDuration() {
        assertEquals(new Rate(100, Duration.ofSeconds(1)), Rate.parse("100/s"));
        assertEquals(new Rate(5, Duration.ofSeconds(10)), Rate.parse("5/10s"));
        assertEquals(10_000_000, Rate.parse("100/s").intervalNanos());
        for (String wrong : List.of("", "0/s", "1", "/s", "1/0s", "1/x", "-1/s")) {
            assertThrows(IllegalArgumentException.class, () -> Rate.parse(wrong), wrong);
        }
    }
}
