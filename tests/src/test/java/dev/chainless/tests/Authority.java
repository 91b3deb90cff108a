package dev.chainless.tests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Signs certificates for tests, by openssl, in a folder of its own. */
final class Authority {
    private final Path folder;

    /** Certificate and key, in PEM. */
    record Pair(Path certificate, Path key) {
        /** {@return the table of a configuration that names both} */
        String toml() {
            return "{ certificate = \"" + certificate + "\", key = \"" + key + "\" }";
        }
    }

    Authority(String name) {
        Curl.assumeInstalled("openssl");
        try {
            folder = Files.createTempDirectory("chainless-ca");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file("ca.key"));
        openssl("req", "-x509", "-new", "-key", file("ca.key"), "-days", "30", "-subj", "/CN=" + name, "-out",
                file("ca.pem"));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    /** {@return the certificate of this authority itself} */
    Path certificate() {
        return folder.resolve("ca.pem");
    }

    Path folder() {
        return folder;
    }

    /** {@return a certificate with an ECDSA key, valid now} */
    Pair ecdsa(String file, String... names) {
        return issue(file, List.of("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), 10, names);
    }

    /** {@return one with an RSA key} */
    Pair rsa(String file, String... names) {
        return issue(file, List.of("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"), 10, names);
    }

    /** {@return one that has expired} */
    Pair expired(String file, String... names) {
        return issue(file, List.of("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), -1, names);
    }

    private Pair issue(String file, List<String> kind, int days, String... names) {
        try {
            Files.writeString(folder.resolve(file + ".ext"), "subjectAltName=" + String.join(",", names) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var key = new ArrayList<>(List.of("genpkey", "-out", file(file + ".key")));
        key.addAll(kind);
        openssl(key.toArray(String[]::new));
        openssl("req", "-new", "-key", file(file + ".key"), "-subj", "/CN=" + file, "-out", file(file + ".csr"));
        openssl("x509", "-req", "-in", file(file + ".csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
                "-CAcreateserial", "-days", Integer.toString(days), "-extfile", file(file + ".ext"), "-out",
                file(file + ".pem"));
        return new Pair(folder.resolve(file + ".pem"), folder.resolve(file + ".key"));
    }

    /** {@return a context for clients that trust this authority alone} */
    SSLContext trust() {
        try (InputStream in = Files.newInputStream(certificate())) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return what openssl prints} */
    static String openssl(String... arguments) {
        return openssl(true, arguments);
    }

    /** {@return what openssl prints, even if it fails} */
    static String client(String... arguments) {
        var all = new ArrayList<>(List.of("s_client"));
        all.addAll(List.of(arguments));
        return openssl(false, all.toArray(String[]::new));
    }

    private static String openssl(boolean mustSucceed, String... arguments) {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " does not end");
            }
            if (mustSucceed && process.exitValue() != 0) {
                throw new AssertionError(command + " failed: " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
