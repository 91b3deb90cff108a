package dev.chainless.host;

import dev.chainless.config.Group;
import dev.chainless.config.TlsConfig;
import dev.chainless.config.TlsProfile;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** What all uses of TLS have in common. Loaded only where TLS is used, since the native library takes a while. */
final class TlsLibrary {
    static final List<String> CIPHERS = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final Logger LOG = System.getLogger(TlsLibrary.class.getName());
    private static final boolean FOUND = found();
    private static final Map<String, String> NAMES_IN_JDK = Map.of("X25519", "x25519", "P-256", "secp256r1", "P-384",
            "secp384r1", "P-521", "secp521r1");

    private TlsLibrary() {}

    private static boolean found() {
        boolean found = OpenSslCredential.isAvailable();
        if (!found) {
            LOG.log(Level.WARNING, "BoringSSL cannot be loaded, so TLS is the JDK's, without post-quantum groups: "
                    + OpenSsl.unavailabilityCause());
        }
        return found;
    }

    /** {@return whether a context is still there, and stays until it is released} */
    static boolean retain(SslContext context) {
        try {
            ReferenceCountUtil.retain(context);
            return true;
        } catch (IllegalReferenceCountException e) {
            return false;
        }
    }

    /**
     * Leaves an engine of the JDK the groups that are configured and that it knows, and gives it the protocols; BoringSSL's has
     * both of its context.
     */
    static void set(SSLEngine engine, TlsConfig config, List<String> protocols) {
        if (engine instanceof ReferenceCountedOpenSslEngine) {
            return;
        }
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setNamedGroups(namesInJdk(config));
        if (engine.getUseClientMode()) {
            parameters.setApplicationProtocols(protocols.toArray(String[]::new));
        }
        engine.setSSLParameters(parameters);
        if (!engine.getUseClientMode()) {
            select(engine, protocols);
        }
    }

    /**
     * Lets an engine of a listener choose among the protocols that the client knows: none is no failure. Not by Netty, whose
     * adapter loads all of Bouncy Castle to find out whether the engine is one of its own.
     */
    static void select(SSLEngine engine, List<String> protocols) {
        if (!protocols.isEmpty()) {
            engine.setHandshakeApplicationProtocolSelector(
                    (_, offered) -> protocols.stream().filter(offered::contains).findFirst().orElse(""));
        }
    }

    private static String[] namesInJdk(TlsConfig config) {
        return config.groups().stream().map(Group::name).map(NAMES_IN_JDK::get).filter(Objects::nonNull)
                .toArray(String[]::new);
    }

    /** {@return what a group is called in the JDK's names, the same for one that it does not know} */
    static String nameInJdk(String group) {
        return NAMES_IN_JDK.getOrDefault(group, group);
    }

    /**
     * {@return whether it is BoringSSL, else the JDK's}
     *
     * @throws IllegalArgumentException if it cannot be what the configuration asks for
     */
    static boolean isBoringSsl(TlsConfig config) {
        return switch (config.engine()) {
            case JDK -> false;
            case AUTO -> FOUND;
            case BORINGSSL -> {
                if (!OpenSslCredential.isAvailable()) {
                    Throwable cause = OpenSsl.unavailabilityCause();
                    throw new IllegalArgumentException("tls.engine = \"boringssl\" is not to be had on this machine ("
                            + (cause == null ? "another library was loaded" : cause.getMessage()) + "); use \"auto\"");
                }
                yield true;
            }
        };
    }

    /** Sets a context up as the configuration says. */
    static void set(SslContextBuilder builder, TlsConfig config, TlsProfile profile, List<String> protocols) {
        boolean boringSsl = isBoringSsl(config);
        builder.sslProvider(boringSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK);
        builder.ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE);
        // BoringSSL wants ciphers of 1.2 all the same, to tell the kinds of keys.
        builder.protocols(profile == TlsProfile.MODERN ? List.of("TLSv1.3") : List.of("TLSv1.3", "TLSv1.2"));
        if (!boringSsl && namesInJdk(config).length == 0) {
            throw new IllegalArgumentException("the JDK knows none of the groups of tls.groups; add X25519");
        }
        if (boringSsl) {
            builder.option(OpenSslContextOption.GROUPS, Group.names(config.groups()));
        }
        if (boringSsl && !protocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, protocols));
        }
    }
}
