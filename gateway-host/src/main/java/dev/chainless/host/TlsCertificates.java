package dev.chainless.host;

import dev.chainless.config.CertificateConfig;
import dev.chainless.config.ListenerTlsConfig;
import dev.chainless.config.ListenerTlsConfig.Pqc;
import dev.chainless.config.Problem;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that a listener's table names, read from their files.
 *
 * @param identities in the order of the table, then those of the folder by name
 * @param read the same by what names them
 * @param clientCa who signs the clients' certificates, empty if clients are not asked
 * @param warnings what an operator should know
 * @param files what they were read from
 */
record TlsCertificates(List<TlsIdentity> identities, Map<CertificateConfig, TlsIdentity> read,
        List<X509Certificate> clientCa, List<String> warnings, TlsFiles files) {

    /** A file, or two, with where they are named. */
    private record Source(CertificateConfig config, String key) {}

    /**
     * {@return what the files of a table hold}
     *
     * @param before what was read of them before, null for nothing: of ten thousand most have not changed
     * @throws TlsProblems with all that is wrong with them
     */
    static TlsCertificates of(ListenerTlsConfig config, @Nullable TlsCertificates before) {
        List<Problem> problems = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        for (int i = 0; i < config.certificates().size(); i++) {
            sources.add(new Source(config.certificates().get(i), "certificates[" + i + "]"));
        }
        config.folder().ifPresent(folder -> {
            try {
                sources.addAll(folder(folder, config));
            } catch (IllegalArgumentException e) {
                problems.add(Problem.at(config.position(), "folder", String.valueOf(e.getMessage())));
            }
        });
        TlsFiles files = TlsFiles.of(files(config, sources));
        List<TlsIdentity> identities = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Map<CertificateConfig, TlsIdentity> read = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (Source source : sources) {
            CertificateConfig named = source.config();
            try {
                TlsIdentity kept = before == null ? null : before.kept(named, files);
                TlsIdentity identity =
                        kept != null ? kept : TlsIdentity.read(named.certificate(), named.key(), named.ocsp(),
                                config.pqc() == Pqc.EXPERIMENTAL);
                read.put(named, identity);
                if (seen.add(identity.alias())) {
                    identities.add(identity);
                }
                TlsIdentity.warnings(identity.chain().getFirst(), Instant.now()).forEach(
                        warning -> warnings.add("the certificate in " + named.certificate() + " " + warning));
            } catch (IllegalArgumentException e) {
                problems.add(Problem.at(named.position(), source.key(), String.valueOf(e.getMessage())));
            }
        }
        List<X509Certificate> clientCa = List.of();
        try {
            clientCa = config.clientCa().map(PemFile::certificates).orElse(List.of());
        } catch (IllegalArgumentException e) {
            problems.add(Problem.at(config.position(), "client-ca", String.valueOf(e.getMessage())));
        }
        if (!problems.isEmpty()) {
            throw new TlsProblems(problems);
        }
        return new TlsCertificates(List.copyOf(identities), Map.copyOf(read), clientCa, List.copyOf(warnings), files);
    }

    private @Nullable TlsIdentity kept(CertificateConfig named, TlsFiles now) {
        boolean same = paths(named).stream().allMatch(path -> now.stamps().getOrDefault(path, "")
                .equals(files.stamps().getOrDefault(path, "?")));
        return same ? read.get(named) : null;
    }

    private static List<Path> paths(CertificateConfig named) {
        return List.of(named.certificate(), named.key(),
                named.ocsp().orElseGet(() -> TlsIdentity.ocspFile(named.certificate())));
    }

    private static Set<Path> files(ListenerTlsConfig config, List<Source> sources) {
        Set<Path> files = new HashSet<>();
        sources.forEach(source -> files.addAll(paths(source.config())));
        Stream.of(config.folder(), config.clientCa()).flatMap(Optional::stream).forEach(files::add);
        return files;
    }

    private static List<Source> folder(Path folder, ListenerTlsConfig config) {
        Map<String, Path> certificates = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.{pem,crt}")) {
            entries.forEach(entry -> certificates.put(String.valueOf(entry.getFileName()), entry));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot list the folder " + folder, e);
        }
        List<Source> sources = new ArrayList<>();
        certificates.forEach((name, file) -> {
            Path key = file.resolveSibling(name.substring(0, name.length() - 4) + ".key");
            sources.add(new Source(new CertificateConfig(file, key, Optional.empty(), config.position()), "folder"));
        });
        if (sources.isEmpty() && config.certificates().isEmpty()) {
            throw new IllegalArgumentException("there is no certificate (*.pem or *.crt) in " + folder);
        }
        return sources;
    }
}
