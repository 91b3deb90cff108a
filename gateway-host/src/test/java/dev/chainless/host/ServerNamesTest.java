package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerNamesTest {
    private static final int FIRST = 10_000;
    private static final int ROUNDS = 20;
    private static final int LOOK_UPS = 10_000;
    /** For {@code n10000.test} and {@code *.w10000.test}; which are replaced, since nobody checks the signature. */
    private static final String CERTIFICATE = """
            MIIBbzCCARSgAwIBAgIUTZMdJi8UWPT1R43S4OJxVfek3XUwCgYIKoZIzj0EAwIw
            ETEPMA0GA1UEAwwGbjEwMDAwMCAXDTI2MTEyNTIyMTYzNloYDzIxMjYxMTAxMjIx
            NjM2WjARMQ8wDQYDVQQDDAZuMTAwMDAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
            AATnQ3WHf5iWf4sjBGXvapcqMbOImZiB32t6yu3FYQe8dUFNywnJkTVD8YLBpWj2
            skKSteEf7MxIeK9FsBMDipUeo0gwRjAlBgNVHREEHjAcggtuMTAwMDAudGVzdIIN
            Ki53MTAwMDAudGVzdDAdBgNVHQ4EFgQUeoiduYkg4auq0ITToP8Cd5BHLx4wCgYI
            KoZIzj0EAwIDSQAwRgIhAKWu16kK4hlKzRc+UPPe3wWhBJqNSzONbW3x63I7Nuzo
            AiEA2tWm8/AlqN8ZkCL/0q8KS/PFnsPtQuAxTrxpGN/xlLY=
            """;

    /** {@return certificates for n10000.test and all below w10000.test, n10001.test and so on} */
    private static List<TlsIdentity> identities(int count) {
        try {
            PrivateKey key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate();
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            String made = new String(Base64.getMimeDecoder().decode(CERTIFICATE), StandardCharsets.ISO_8859_1);
            List<TlsIdentity> identities = new ArrayList<>();
            for (int i = FIRST; i < FIRST + count; i++) {
                String named = made.replace("n" + FIRST, "n" + i).replace("w" + FIRST, "w" + i);
                var certificate = (X509Certificate) factory.generateCertificate(
                        new ByteArrayInputStream(named.getBytes(StandardCharsets.ISO_8859_1)));
                identities.add(new TlsIdentity(Integer.toString(i), List.of(certificate), key, null));
            }
            return identities;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String found(ServerNames names, String host) {
        return String.join(",", names.find(host).stream().map(TlsIdentity::alias).toList());
    }

    @Test
    void aWildcardStandsForOneLabel() {
        ServerNames names = new ServerNames(identities(3), "", false);
        assertEquals("10001", found(names, "n10001.test"));
        assertEquals("10002", found(names, "a.w10002.test"));
        assertEquals("10000", found(names, "w10002.test"));
        assertEquals("10000", found(names, "a.b.w10002.test"));
        assertEquals("10000", found(names, "test"));
        assertEquals("10000", found(names, ""));
    }

    @Test
    void othersGetTheDefaultOrNone() {
        assertEquals("10001", found(new ServerNames(identities(3), "n10001.test", false), "other.test"));
        assertEquals("10001", found(new ServerNames(identities(3), "*.w10001.test", false), "other.test"));
        assertEquals("", found(new ServerNames(identities(3), "", true), "other.test"));
        List<TlsIdentity> some = identities(1);
        assertThrows(IllegalArgumentException.class, () -> new ServerNames(some, "other.test", false));
    }

    /** Looking through them would take a thousand times as long; what memory is slower to reach takes a few times. */
    @Test
    void tenThousandCostNoMoreThanTen() {
        double few = nanos(10);
        double many = nanos(10_000);
        assertTrue(many < 20 * few + 200, () -> few + " ns with 10, " + many + " ns with 10,000");
    }

    /** {@return the least time of a look-up over some rounds} */
    private static double nanos(int count) {
        ServerNames names = new ServerNames(identities(count), "", false);
        List<String> hosts = new ArrayList<>();
        for (int i = 0; i < LOOK_UPS; i++) {
            int number = FIRST + i * 7_919 % count;
            hosts.add(i % 2 == 0 ? "n" + number + ".test" : "x.w" + number + ".test");
        }
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            int found = 0;
            for (String host : hosts) {
                found += names.find(host).size();
            }
            least = Math.min(least, System.nanoTime() - start);
            assertEquals(LOOK_UPS, found);
        }
        return (double) least / LOOK_UPS;
    }
}
