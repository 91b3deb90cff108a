package dev.chainless.host;

import java.security.Principal;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Gives a library the certificates of one name, by the kind of key that a client knows. */
final class NamedKeys extends ServerKeys {
    private final List<TlsIdentity> inOrder;

    NamedKeys(List<TlsIdentity> identities) {
        super(identities);
        this.inOrder = identities;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return inOrder.stream().filter(identity -> identity.key().getAlgorithm().equals(keyType)).findFirst()
                .map(TlsIdentity::alias).orElse(null);
    }
}
