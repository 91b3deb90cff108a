package dev.chainless.host;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Gives a library the certificates of a listener; which one a connection gets is left to those who extend it. */
abstract class ServerKeys extends X509ExtendedKeyManager {
    final Map<String, TlsIdentity> identities = new HashMap<>();

    ServerKeys(List<TlsIdentity> identities) {
        identities.forEach(identity -> this.identities.put(identity.alias(), identity));
    }

    @Override
    public final X509Certificate @Nullable [] getCertificateChain(String alias) {
        TlsIdentity identity = identities.get(alias);
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public final @Nullable PrivateKey getPrivateKey(String alias) {
        TlsIdentity identity = identities.get(alias);
        return identity == null ? null : identity.key();
    }

    @Override
    public final String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public final @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers,
            @Nullable Socket socket) {
        return null;
    }

    @Override
    public final String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public final @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers,
            @Nullable Socket socket) {
        return null;
    }
}
