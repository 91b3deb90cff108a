package dev.chainless.host;

import dev.chainless.host.TlsReport.OfServer;
import dev.chainless.spi.config.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Says what a server of TLS does, by connecting to it. */
final class ServerInspection {
    private final HostPort address;
    private final String name;
    /** What the server is told: names only, no addresses (RFC 6066, section 3). */
    private final String told;
    private final List<X509Certificate> ca;
    private final Duration timeout;

    /** Believes everything: what is wrong is said, and keeps nothing from being seen. */
    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("this is for servers");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /**
     * Prepares an inspection.
     *
     * @param serverName empty for the host of the address
     * @param ca who is trusted besides those that the system trusts
     */
    ServerInspection(HostPort address, String serverName, List<X509Certificate> ca, Duration timeout) {
        this.address = address;
        this.name = serverName.isEmpty() ? address.host() : serverName.toLowerCase(Locale.ROOT);
        this.told = new HostPort(name, address.port()).address().isPresent() ? "" : name;
        this.ca = ca;
        this.timeout = timeout;
    }

    OfServer report() throws IOException {
        try (TappedSocket plain = connect();
                SSLSocket socket = (SSLSocket) PostQuantum.client(new Anyone()).getSocketFactory()
                        .createSocket(plain, name, address.port(), true)) {
            SSLParameters parameters = socket.getSSLParameters();
            PostQuantum.set(parameters, ServerFlight.GROUPS.values());
            parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            parameters.setServerNames(told.isEmpty() ? List.of() : List.of(new SNIHostName(told)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return report(socket.getSession(), socket.getApplicationProtocol(),
                    ServerFlight.name(ServerFlight.group(plain.flight())));
        } catch (IOException e) {
            throw new IOException(address + ": " + reason(e), e);
        }
    }

    private TappedSocket connect() throws IOException {
        return new TappedSocket(address.host(), address.port(), timeout);
    }

    private static String reason(IOException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        TlsFailure failure = TlsFailure.of(e);
        return failure == TlsFailure.OTHER ? String.valueOf(root.getMessage())
                : failure.text() + " (" + root.getMessage() + ")";
    }

    private OfServer report(SSLSession session, String protocol, String group) throws IOException {
        List<X509Certificate> chain = Arrays.stream(session.getPeerCertificates()).map(X509Certificate.class::cast)
                .toList();
        List<String> warnings = new ArrayList<>(FileInspection.warnings(chain));
        String distrust = distrust(chain);
        if (!distrust.isEmpty()) {
            warnings.add(distrust);
        }
        boolean staple = session instanceof ExtendedSSLSession extended && !extended.getStatusResponses().isEmpty();
        List<String> groups = session.getProtocol().equals("TLSv1.3") ? groups() : List.of();
        return new OfServer(address, told, session.getProtocol(), session.getCipherSuite(), group, protocol, staple,
                distrust.isEmpty(), FileInspection.certificates(chain), FileInspection.end(chain, ca), groups,
                warnings);
    }

    /** {@return why the certificate is not trusted, empty if it is} */
    private String distrust(List<X509Certificate> chain) {
        List<X509Certificate> trusted = new ArrayList<>(ca);
        trusted.addAll(EndpointTrust.system());
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(EndpointTrust.store(trusted));
            for (TrustManager manager : factory.getTrustManagers()) {
                ((X509TrustManager) manager).checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
            }
        } catch (GeneralSecurityException | IOException e) {
            return "the certificate is not trusted: " + e.getMessage();
        }
        return isFor(chain.getFirst()) ? "" : "the certificate is not for " + name;
    }

    private boolean isFor(X509Certificate certificate) {
        if (told.isEmpty()) {
            return TlsIdentity.names(certificate, 7).contains(name);
        }
        String parent = "*" + name.substring(Math.max(0, name.indexOf('.')));
        return TlsIdentity.names(certificate, 2).stream().map(other -> other.toLowerCase(Locale.ROOT))
                .anyMatch(other -> other.equals(name) || (name.indexOf('.') > 0 && other.equals(parent)));
    }

    private List<String> groups() throws IOException {
        List<String> accepted = new ArrayList<>();
        for (Map.Entry<Integer, String> group : ServerFlight.GROUPS.entrySet()) {
            try (TappedSocket socket = connect()) {
                socket.getOutputStream().write(GroupOffer.of(group.getKey(), told));
                InputStream in = socket.getInputStream();
                byte[] bytes = new byte[4096];
                while (ServerFlight.group(socket.flight()) == ServerFlight.NONE && in.read(bytes) > 0) {
                    if (socket.flight().getByte(0) != 22) {
                        break; // an alert
                    }
                }
                if (ServerFlight.group(socket.flight()) == group.getKey()) {
                    accepted.add(group.getValue());
                }
            } catch (SocketException e) {
                // Some servers reset the connection instead.
            }
        }
        return accepted;
    }
}
