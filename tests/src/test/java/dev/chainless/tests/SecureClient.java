package dev.chainless.tests;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A client over TLS that keeps its connection, and believes any certificate. */
final class SecureClient implements AutoCloseable {
    private final SSLSocket socket;

    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    SecureClient(int port, String host) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), host);
    }

    /** Begins the handshake on a connection that is there. */
    SecureClient(Socket connected, String host) throws IOException {
        socket = (SSLSocket) context().getSocketFactory().createSocket(connected, host, connected.getPort(), true);
        socket.setSoTimeout(20_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
    }

    /** {@return a context for clients that believe any certificate} */
    static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the subject of the certificate that the gateway has shown} */
    String subject() throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    /** {@return the body of the answer to a GET, of known length} */
    String get(String path) throws IOException {
        String head = send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").head();
        String length = head.replaceAll("(?is).*content-length: *([0-9]+).*", "$1");
        return bytes(Integer.parseInt(length));
    }

    SecureClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /** {@return the head that comes next} */
    String head() throws IOException {
        InputStream in = socket.getInputStream();
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("the connection ended after " + head);
            }
            head.append((char) c);
        }
        return head.toString();
    }

    String bytes(int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    /** Says that nothing more comes. */
    void end() throws IOException {
        socket.shutdownOutput();
    }

    /** {@return whether the other end closes now, in TLS and without another byte} */
    boolean isEnded() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
