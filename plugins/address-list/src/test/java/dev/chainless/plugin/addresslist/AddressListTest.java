package dev.chainless.plugin.addresslist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.plugin.addresslist.AddressListConfig.Decision;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Verdict;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddressListTest {
    private final FakeContext context = new FakeContext("guests", 2);

    @TempDir
    Path folder;

    @Test
    void theMostSpecificRangeDecides() {
        Policy policy = policy(List.of("10.1.0.0/16", "2001:db8::/32"), List.of("10.1.2.0/24", "10.1.2.3"), null);
        assertEquals(Verdict.CONTINUE, decide(policy, "10.1.0.1"));
        assertEquals(Verdict.RESPONDED, decide(policy, "10.1.2.1"));
        assertEquals(Verdict.CONTINUE, decide(policy, "10.1.3.0"));
        assertEquals(Verdict.RESPONDED, decide(policy, "10.2.0.1"), "some are allowed by name");
        assertEquals(Verdict.CONTINUE, decide(policy, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
        assertEquals(Verdict.RESPONDED, decide(policy, "2001:db9::"));
        assertEquals(3, context.counted("address_list_denied"));
    }

    @Test
    void ofTwoEqualRangesTheOneThatDeniesCounts() {
        Policy policy = policy(List.of("192.0.2.0/24"), List.of("192.0.2.0/24"), Decision.ALLOW);
        assertEquals(Verdict.RESPONDED, decide(policy, "192.0.2.9"));
        assertEquals(Verdict.CONTINUE, decide(policy, "192.0.3.0"));
    }

    @Test
    void theDefaultIsToAllowIfNothingIsAllowedByName() {
        Policy policy = policy(List.of(), List.of("0.0.0.0/1", "255.255.255.255", "::/0"), null);
        assertEquals(Verdict.RESPONDED, decide(policy, "127.255.255.255"));
        assertEquals(Verdict.CONTINUE, decide(policy, "128.0.0.0"));
        assertEquals(Verdict.RESPONDED, decide(policy, "255.255.255.255"));
        assertEquals(Verdict.RESPONDED, decide(policy, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    }

    @Test
    void answersWithTheStatus() {
        FakeExchange fake = FakeExchange.of("GET", "/");
        policy(List.of("10.0.0.0/8"), List.of(), null).decide(fake.exchange());
        assertEquals(403, fake.exchange().response().status());
        assertEquals("address not allowed by guests", fake.exchange().detail());
    }

    @Property(tries = 500)
    void decidesLikeALookAtEachRange(@ForAll Random random, @ForAll @IntRange(max = 40) int count,
            @ForAll boolean otherwise, @ForAll boolean ipv6) throws UnknownHostException {
        var list = new RangeList();
        var ranges = new HashMap<IpPrefix, Boolean>();
        for (int i = 0; i < count; i++) {
            byte[] bytes = address(random, ipv6);
            IpPrefix range = prefix(bytes, random.nextInt(bytes.length * 8 + 1));
            boolean allowed = random.nextBoolean();
            list.add(range, allowed);
            ranges.merge(range, allowed, Boolean::logicalAnd);
        }
        Ranges flat = ipv6 ? list.ipv6(otherwise) : list.ipv4(otherwise);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = address(random, ipv6);
            InetAddress address = InetAddress.getByAddress(bytes);
            boolean expected = ranges.entrySet().stream().filter(entry -> entry.getKey().contains(address))
                    .max(Map.Entry.comparingByKey(java.util.Comparator.comparingInt(IpPrefix::length)))
                    .map(Map.Entry::getValue).orElse(otherwise);
            boolean found = ipv6
                    ? flat.allows(Bits.big(bytes, 0, 8), Bits.big(bytes, 8, 8))
                    : flat.allows(Bits.big(bytes, 0, 4) << 32, 0);
            assertEquals(expected, found, address::toString);
        }
    }

    @Test
    void readsFiles() throws IOException {
        Path file = folder.resolve("deny.txt");
        Files.writeString(file, """
                # bad neighbours
                192.0.2.0/24   # the whole lot

                2001:db8::1
                """);
        Policy policy = policy(config(List.of(), List.of(), List.of(), List.of(file), null));
        assertEquals(Verdict.RESPONDED, decide(policy, "192.0.2.1"));
        assertEquals(Verdict.RESPONDED, decide(policy, "2001:db8::1"));
        assertEquals(Verdict.CONTINUE, decide(policy, "2001:db8::2"));
    }

    @Test
    void saysWhatIsWrongInAFile() throws IOException {
        Path file = folder.resolve("deny.txt");
        Files.writeString(file, "192.0.2.0/24\n192.0.2.1/24\n");
        assertTrue(refusal(file).contains("deny.txt, line 2: \"192.0.2.1/24\": "), refusal(file));
        Files.write(file, "\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(refusal(file).contains("not a text file"));
        assertTrue(refusal(folder.resolve("none")).contains("does not exist"));
        assertThrows(IllegalArgumentException.class, () -> policy(List.of(), List.of(), null));
    }

    @Test
    void takesAHundredThousandRanges() {
        var list = new RangeList();
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[4];
            random.nextBytes(bytes);
            list.add(prefix(bytes, 16 + random.nextInt(17)), false);
        }
        Ranges flat = list.ipv4(true);
        assertTrue(flat.size() <= 200_000);
        assertEquals(0, flat.size() % 2);
    }

    private String refusal(Path file) {
        return assertThrows(IllegalArgumentException.class,
                () -> policy(config(List.of(), List.of(), List.of(), List.of(file), null))).getMessage();
    }

    /** Few different bytes, so that ranges nest and touch. */
    private static byte[] address(Random random, boolean ipv6) {
        var bytes = new byte[ipv6 ? 16 : 4];
        byte[] some = {0, 1, 127, -128, -2, -1};
        byte fill = random.nextBoolean() ? 0 : (byte) -1;
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = i % 4 < 2 ? some[random.nextInt(some.length)] : fill;
        }
        bytes[bytes.length - 1] = some[random.nextInt(some.length)];
        bytes[0] = random.nextBoolean() ? 0 : (byte) -1;
        return bytes;
    }

    private static IpPrefix prefix(byte[] bytes, int length) {
        var masked = bytes.clone();
        for (int bit = length; bit < masked.length * 8; bit++) {
            masked[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return new IpPrefix(InetAddress.getByAddress(masked), length);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Verdict decide(Policy policy, String address) {
        return policy.decide(FakeExchange.of("GET", "/").from(address, 1).exchange());
    }

    private Policy policy(List<String> allow, List<String> deny, Decision otherwise) {
        return policy(config(allow, deny, List.of(), List.of(), otherwise));
    }

    private Policy policy(AddressListConfig config) {
        return new AddressListPlugin().policy(config, context);
    }

    private static AddressListConfig config(
            List<String> allow, List<String> deny, List<Path> allowFiles, List<Path> denyFiles, Decision otherwise) {
        return new AddressListConfig(ranges(allow), ranges(deny), allowFiles, denyFiles, Optional.ofNullable(otherwise),
                403);
    }

    private static List<IpPrefix> ranges(List<String> texts) {
        return texts.stream().map(IpPrefix::parse).toList();
    }
}
