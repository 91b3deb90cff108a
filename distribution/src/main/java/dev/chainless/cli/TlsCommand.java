package dev.chainless.cli;

import dev.chainless.host.StartException;
import dev.chainless.host.TlsReport;
import dev.chainless.spi.config.HostPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at certificates, keys and servers of TLS. */
@Command(name = "tls", mixinStandardHelpOptions = true, description = "Looks at certificates, keys and servers of TLS.")
final class TlsCommand implements Runnable {
    private static final int SUSPICIOUS = 1;
    private static final int REFUSED = 2;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandSpec own = Objects.requireNonNull(spec);
        throw new ParameterException(own.commandLine(), "chainless tls needs to know what to do: inspect");
    }

    @Command(name = "inspect", mixinStandardHelpOptions = true,
            description = "Says what is in a PEM file of certificates, a private key, or both, or what a server of TLS shows "
                    + "and accepts.",
            footer = {"",
                    "Exit status: 0 when all is well, 1 when something is suspicious or the server does not answer, 2 when a "
                            + "gateway would refuse the file or an option is wrong."})
    int inspect(@Parameters(paramLabel = "FILE|HOST:PORT", description = "The file or the server.") String what,
            @Option(names = "--key", paramLabel = "FILE", description = "The private key, if it is in another file.")
            @Nullable Path key,
            @Option(names = "--servername", paramLabel = "NAME", defaultValue = "",
                    description = "The name that the server is told. Default: its host.") String serverName,
            @Option(names = "--ca", paramLabel = "FILE",
                    description = "Trust these certificates besides those that the system trusts.") @Nullable Path ca,
            @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "5",
                    description = "For each of the server's connections. Default: ${DEFAULT-VALUE}.") int timeout,
            @Option(names = "--json", description = "Print JSON.") boolean json) {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (Files.exists(Path.of(what)) || key != null) {
            TlsReport.OfFile report = TlsReport.ofFile(Path.of(what), key);
            print(out, report, json);
            return report.refused().isEmpty() ? status(report) : REFUSED;
        }
        if (timeout < 1 || timeout > 600) {
            throw new StartException("--timeout is 1 to 600 seconds");
        }
        HostPort address = address(what);
        try {
            TlsReport.OfServer report = TlsReport.ofServer(address, serverName, ca, Duration.ofSeconds(timeout));
            print(out, report, json);
            return status(report);
        } catch (IOException e) {
            Objects.requireNonNull(spec).commandLine().getErr().println(e.getMessage());
            return SUSPICIOUS;
        }
    }

    private static int status(TlsReport report) {
        return report.warnings().isEmpty() ? 0 : SUSPICIOUS;
    }

    private static HostPort address(String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    "There is no file " + text + "; name a PEM file, or a server such as example.org:443");
        }
    }

    private static void print(PrintWriter out, TlsReport report, boolean json) {
        if (json) {
            out.print(report.json());
            out.flush();
            return;
        }
        switch (report) {
            case TlsReport.OfFile file -> {
                line(out, "file", file.file());
                line(out, "key", file.key() + file.keyFits().map(fits -> fits ? ", fits the certificate"
                        : ", is not that of the certificate").orElse(""));
                line(out, "needs", file.requires());
            }
            case TlsReport.OfServer server -> {
                line(out, "server", server.address().toString());
                line(out, "server name", server.serverName());
                line(out, "version", server.version());
                line(out, "cipher", server.cipher());
                line(out, "group", server.group());
                line(out, "protocol", server.protocol());
                line(out, "groups", String.join(", ", server.groups()));
                line(out, "OCSP staple", server.ocspStaple() ? "yes" : "no");
                line(out, "trusted", server.trusted() ? "yes" : "no");
            }
        }
        line(out, "chain", report instanceof TlsReport.OfFile file ? file.chain()
                : ((TlsReport.OfServer) report).chain());
        List<TlsReport.Certificate> certificates = report.certificates();
        for (int i = 0; i < certificates.size(); i++) {
            out.println();
            print(out, i + 1, certificates.get(i));
        }
        List<String> refused = report instanceof TlsReport.OfFile file ? file.refused() : List.of();
        if (!refused.isEmpty() || !report.warnings().isEmpty()) {
            out.println();
        }
        refused.forEach(text -> line(out, "refused", text));
        report.warnings().forEach(text -> line(out, "warning", text));
    }

    private static void print(PrintWriter out, int number, TlsReport.Certificate certificate) {
        line(out, "certificate", Integer.toString(number));
        line(out, "subject", certificate.subject());
        line(out, "names", String.join(", ", certificate.names()));
        line(out, "issuer", certificate.issuer());
        line(out, "valid", certificate.notBefore() + " to " + certificate.notAfter() + ", " + certificate.daysLeft()
                + " days left");
        line(out, "key", certificate.key());
        line(out, "signature", certificate.signature());
        line(out, "SHA-256", certificate.sha256());
        line(out, "pin", certificate.pin());
    }

    /** What comes from a peer must not steer the terminal. */
    private static void line(PrintWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.printf("%-12s %s%n", name + ":", Logging.Line.safe(value));
        }
    }
}
