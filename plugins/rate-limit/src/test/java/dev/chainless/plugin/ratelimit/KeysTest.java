package dev.chainless.plugin.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeysTest {
    private static final KeyedHash HASH = new KeyedHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @Test
    void anIpv6NetworkIsOneClientAndIpv4AddressesAreEachOne() {
        var keys = new ClientKeys(2, 64, HASH);
        assertEquals(key(keys, "2001:db8::1", 0), key(keys, "2001:db8::ffff:1", 1));
        assertNotEquals(key(keys, "2001:db8::1", 0), key(keys, "2001:db8:0:1::1", 0));
        assertEquals(key(keys, "192.0.2.1", 0), key(keys, "192.0.2.1", 1));
        assertNotEquals(key(keys, "192.0.2.1", 0), key(keys, "192.0.2.2", 0));

        var wide = new ClientKeys(1, 48, HASH);
        assertEquals(key(wide, "2001:db8::1", 0), key(wide, "2001:db8:0:1::1", 0));
        assertNotEquals(key(wide, "2001:db8::1", 0), key(wide, "2001:db8:1::1", 0));
    }

    @Test
    void whatTheCacheForgetsIsTheSameAfterwards() {
        var keys = new ClientKeys(1, 64, HASH);
        var once = new ClientKeys(1, 64, HASH);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5000; i++) {
                InetAddress address = InetAddress.ofLiteral("10.1." + (i >> 8) + "." + (i & 255));
                assertEquals(once.of(InetAddress.ofLiteral(address.getHostAddress()), 0), keys.of(address, 0));
            }
        }
    }

    @Property
    void pieceOfAnArrayHashesLikeTheWhole(@ForAll @Size(max = 40) byte[] bytes) {
        var padded = new byte[bytes.length + 13];
        System.arraycopy(bytes, 0, padded, 7, bytes.length);
        assertEquals(HASH.of(bytes, 0, bytes.length), HASH.of(padded, 7, bytes.length));
    }

    @Property
    void textsThatDifferHashDifferently(@ForAll String a, @ForAll String b) {
        assertEquals(a.equals(b), HASH.of(a) == HASH.of(b));
    }

    @Property
    void aSecretDecides(@ForAll @Size(max = 20) byte[] bytes) {
        assertNotEquals(HASH.of(bytes, 0, bytes.length), new KeyedHash(1, 2).of(bytes, 0, bytes.length));
    }

    @Property
    void numbersNeverGiveAReservedKey(@ForAll long number) {
        long key = HASH.of(number);
        assertTrue(key != KeySource.NONE && key != KeySource.SHARED);
    }

    /** The key and the 15 bytes of the vector in the paper of SipHash, with one and three rounds. */
    @Test
    void isSipHash() {
        var bytes = new byte[15];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        assertEquals(0xd320d86d2a519956L, HASH.of(bytes, 0, bytes.length));
        assertNotEquals(HASH.of("a".getBytes(StandardCharsets.US_ASCII), 0, 1),
                HASH.of("b".getBytes(StandardCharsets.US_ASCII), 0, 1));
    }

    private static long key(ClientKeys keys, String address, int loop) {
        return keys.of(InetAddress.ofLiteral(address), loop);
    }
}
