package dev.chainless.host;

import dev.chainless.config.PluginPolicyConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a plugin may be loaded. Asked of the private copy, which cannot change any more, before a class is defined. */
final class PluginTrust {
    /** What a signature consists of cannot be signed by it. */
    private static final Pattern OF_SIGNATURE =
            Pattern.compile("META-INF/(MANIFEST\\.MF|SIG-[^/]*|[^/]*\\.(SF|RSA|DSA|EC))", Pattern.CASE_INSENSITIVE);

    private PluginTrust() {}

    /**
     * Refuses what the policy does not trust.
     *
     * @param policy what is required
     * @param copy the private copy
     * @param place where the plugin came from, for the message
     * @throws StartException if it is refused
     */
    static void require(PluginPolicyConfig policy, PluginStore.Copy copy, Path place) {
        switch (policy.require()) {
            case NONE -> {}
            case DIGEST -> {
                if (!policy.digests().contains(copy.digest())) {
                    throw new StartException(place + " is refused: its SHA-256 " + copy.digest()
                            + " is not in plugin-policy.digests");
                }
            }
            case SIGNATURE -> {
                Set<Certificate> trusted = certificates(policy.certificate().orElseThrow());
                copy.jars().forEach(jar -> requireSigned(jar, trusted, place));
            }
        }
    }

    private static Set<Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> read = CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (!read.isEmpty()) {
                return Set.copyOf(read);
            }
        } catch (IOException e) {
            throw new StartException("plugin-policy.certificate " + file + " cannot be read: " + PluginJars.reason(e));
        } catch (CertificateException e) {
            throw new StartException("plugin-policy.certificate " + file + " is no PEM file of certificates: "
                    + e.getMessage());
        }
        throw new StartException("plugin-policy.certificate " + file + " holds no certificate");
    }

    private static void requireSigned(Path jar, Set<Certificate> trusted, Path place) {
        byte[] buffer = new byte[64 * 1024];
        try (JarFile file = new JarFile(jar.toFile(), true)) {
            Set<String> seen = new HashSet<>();
            for (JarEntry entry : (Iterable<JarEntry>) () -> file.entries().asIterator()) {
                if (!seen.add(entry.getName())) {
                    throw refused(place, "it has two entries " + entry.getName());
                }
                if (entry.isDirectory() || OF_SIGNATURE.matcher(entry.getName()).matches()) {
                    continue;
                }
                try (InputStream in = file.getInputStream(entry)) {
                    while (in.read(buffer) >= 0) {} // signers are known once it was read to its end
                }
                requireSigner(entry, entry.getCodeSigners(), trusted, place);
            }
            Manifest manifest = file.getManifest();
            for (String signed : manifest == null ? Set.<String>of() : manifest.getEntries().keySet()) {
                if (!seen.contains(signed)) {
                    throw refused(place, "its signed entry " + signed + " is missing");
                }
            }
        } catch (IOException | SecurityException e) {
            throw refused(place, String.valueOf(e.getMessage()));
        }
    }

    private static void requireSigner(JarEntry entry, CodeSigner @Nullable [] signers, Set<Certificate> trusted,
            Path place) {
        if (signers == null) {
            throw refused(place, "its entry " + entry.getName() + " is not signed");
        }
        List<? extends Certificate> leaves = Arrays.stream(signers)
                .map(signer -> signer.getSignerCertPath().getCertificates().getFirst()).toList();
        if (leaves.stream().noneMatch(trusted::contains)) {
            throw refused(place, "its entry " + entry.getName()
                    + " is signed by none of the certificates in plugin-policy.certificate");
        }
    }

    private static StartException refused(Path place, String why) {
        return new StartException(place + " is refused: " + why);
    }
}
