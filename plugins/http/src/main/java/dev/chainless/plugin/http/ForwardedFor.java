package dev.chainless.plugin.http;

import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.http.Head;
import java.net.InetAddress;
import java.util.List;

/** Finds the client's address behind trusted hops. */
final class ForwardedFor {
    enum Source {
        X_FORWARDED_FOR, FORWARDED
    }

    ForwardedFor(List<IpPrefix> trusted, Source source) {
    }

    InetAddress client(Head head, InetAddress peer) {
        return peer;
    }

    boolean trusts(InetAddress peer) {
        return false;
    }
}
