package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ClientHelloTest {
    private static final int HEADERS = 5 + 4;

    private static byte[] hello(String host, String protocol, String... suites) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setProtocols(new String[] {protocol});
        if (suites.length > 0) {
            parameters.setCipherSuites(suites);
        }
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] hello = new byte[out.flip().remaining() - HEADERS];
        out.get(HEADERS, hello);
        return hello;
    }

    @Test
    void tellsWhatTheJdkSays() throws Exception {
        ClientHello modern = ClientHello.parse(Unpooled.wrappedBuffer(hello("A.Example.ORG", "TLSv1.3")));
        assertEquals("a.example.org", modern.serverName());
        assertTrue(modern.modern());
        assertTrue(modern.takes(TlsIdentity.Kind.P_256) && modern.takes(TlsIdentity.Kind.RSA));
        ClientHello rsa = ClientHello.parse(Unpooled.wrappedBuffer(
                hello("b", "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")));
        assertFalse(rsa.modern() || rsa.takes(TlsIdentity.Kind.P_256));
        assertTrue(rsa.takes(TlsIdentity.Kind.RSA));
        ClientHello ecdsa = ClientHello.parse(Unpooled.wrappedBuffer(
                hello("b", "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")));
        assertTrue(ecdsa.takes(TlsIdentity.Kind.P_384));
        assertFalse(ecdsa.takes(TlsIdentity.Kind.RSA));
    }

    @Property(tries = 2000)
    void takesOrRefusesWhateverComes(@ForAll @Size(max = 300) byte[] noise, @ForAll int place, @ForAll byte value)
            throws Exception {
        parse(noise);
        byte[] damaged = hello("c", "TLSv1.3");
        damaged[Math.floorMod(place, damaged.length)] = value;
        parse(damaged);
    }

    private static void parse(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            assertTrue(ClientHello.parse(in).serverName().length() <= 255);
        } catch (IndexOutOfBoundsException e) {
            assertTrue(in.readerIndex() <= bytes.length);
        }
    }
}
