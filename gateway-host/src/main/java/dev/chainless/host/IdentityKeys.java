package dev.chainless.host;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.util.List;
import java.util.function.BiPredicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Gives a library the certificate that was chosen for a connection. The choice is made when the ClientHello is there; an
 * engine carries it as the name of its peer, which a server's has no other use for.
 */
final class IdentityKeys extends ServerKeys {
    private final BiPredicate<TlsIdentity, String> isKind;

    /**
     * Makes a key manager.
     *
     * @param isKind whether a certificate is of a kind that the library names. BoringSSL asks only until it gets an answer,
     *     so that it is given whatever was chosen; others go on with the next kind
     */
    IdentityKeys(List<TlsIdentity> identities, BiPredicate<TlsIdentity, String> isKind) {
        super(identities);
        this.isKind = isKind;
    }

    /** {@return a factory of this manager} */
    SimpleKeyManagerFactory factory() {
        return new SimpleKeyManagerFactory("certificates") {
            @Override
            protected void engineInit(KeyStore keyStore, char[] password) {}

            @Override
            protected void engineInit(ManagerFactoryParameters parameters) {}

            @Override
            protected KeyManager[] engineGetKeyManagers() {
                return new KeyManager[] {IdentityKeys.this};
            }
        };
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        TlsIdentity identity = identities.get(engine.getPeerHost());
        return identity != null && isKind.test(identity, keyType) ? identity.alias() : null;
    }
}
