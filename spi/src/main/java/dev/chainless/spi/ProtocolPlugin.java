package dev.chainless.spi;

import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.HttpUpstream;
import java.util.List;

/**
 * A plugin that reads and writes a protocol, downstream and upstream, on channels that the host supplies.
 *
 * @param <C> the record that a listener's table of this protocol is bound to
 * @param <U> the record that a cluster's table of this protocol is bound to
 */
public non-sealed interface ProtocolPlugin<C extends Record, U extends Record> extends Plugin<C> {

    /** {@return the record that a cluster's table of this protocol is bound to} */
    Class<U> upstreamConfig();

    /**
     * {@return the names of the protocols (ALPN) that a listener speaks over TLS, the preferred first; empty to offer none}
     *
     * @param config the listener's table
     */
    default List<String> applicationProtocols(C config) {
        return List.of("http/1.1");
    }

    /**
     * {@return the names of the protocols (ALPN) that a listener speaks over QUIC, the preferred first} If there are any, the
     * listener, which then needs TLS, has its address by UDP too, and the codec gets QUIC connections.
     *
     * @param config the listener's table
     */
    default List<String> quicProtocols(C config) {
        return List.of();
    }

    /**
     * {@return the names of the protocols (ALPN) that a cluster's connections speak over TLS, the preferred first; empty to
     * offer none}
     *
     * @param config the cluster's table
     */
    default List<String> upstreamApplicationProtocols(U config) {
        return List.of("http/1.1");
    }

    /**
     * {@return the names of the protocols (ALPN) that a cluster's connections speak over QUIC, the preferred first} If there
     * are any, the cluster, which then needs TLS, has QUIC connections only.
     *
     * @param config the cluster's table
     */
    default List<String> upstreamQuicProtocols(U config) {
        return List.of();
    }

    /**
     * Makes the codec of one listener.
     *
     * @param config the listener's table
     * @param context what the codec may use and register
     * @param ingress where the codec delivers requests
     * @return a thread-safe codec, for all loops
     */
    HttpListener listener(C config, PluginContext context, HttpIngress ingress);

    /**
     * Makes the codec of one cluster's connections.
     *
     * @param config the cluster's table
     * @param context what the codec may use and register
     * @return a thread-safe codec, for all loops
     */
    HttpUpstream upstream(U config, PluginContext context);
}
