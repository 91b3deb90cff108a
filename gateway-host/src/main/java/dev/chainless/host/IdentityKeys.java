package dev.chainless.host;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Gives a library the certificate that was chosen for a connection. The choice is made when the ClientHello is there; an
 * engine carries it as the name of its peer, which a server's has no other use for.
 */
final class IdentityKeys extends ServerKeys {
    private final boolean anyType;

    /**
     * Makes a key manager.
     *
     * @param anyType whether the kinds of keys that the library asks for are taken as they come: BoringSSL asks only until
     *     it gets an answer, the JDK's goes on with the next kind
     */
    IdentityKeys(List<TlsIdentity> identities, boolean anyType) {
        super(identities);
        this.anyType = anyType;
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
        return identity != null && (anyType || identity.key().getAlgorithm().equals(keyType)) ? identity.alias() : null;
    }
}
