package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Envoy with one worker. Its rate limit is one bucket for all clients: there is only one here.
record Envoy(Path program, String version) implements Contender {

    @Override
    public String name() {
        return "envoy";
    }

    @Override
    public boolean peer() {
        return true;
    }

    @Override
    public List<String> command(Place place) throws IOException {
        boolean quic = place.tls().filter(Tls::http3).isPresent();
        String file = place.write("envoy.yaml", """
                admin: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                static_resources:
                  listeners:
                """.formatted(place.adminPort()) + listener(place, false) + (quic ? listener(place, true) : "")
                + cluster(place));
        return List.of(program.toString(), "-c", file, "--concurrency", "1", "--disable-hot-restart", "-l", "error");
    }

    private static String tls(Tls tls, boolean quic) {
        String common = """
                { alpn_protocols: [ %s ], tls_params: { tls_minimum_protocol_version: TLSv1_3, \
                tls_maximum_protocol_version: TLSv1_3 }, tls_certificates: [ { certificate_chain: { filename: "%s" }, \
                private_key: { filename: "%s" } } ] }""".formatted(quic ? "h3" : tls.http2() ? "h2, http/1.1"
                : "http/1.1", tls.certificate(), tls.key());
        return """
                      transport_socket:
                        name: tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.%s
                          %s
                """.formatted(quic ? "quic.v3.QuicDownstreamTransport" : "tls.v3.DownstreamTlsContext",
                quic ? "downstream_tls_context: { common_tls_context: " + common + " }"
                        : "common_tls_context: " + common);
    }

    /// {@return a listener}
    ///
    /// @param quic whether it speaks HTTP/3, by UDP
    private static String listener(Place place, boolean quic) {
        var routes = new StringBuilder();
        for (int i = 0; i < ROUTES; i++) {
            routes.append("              - { match: { prefix: \"/r").append(i).append("/\" }, ")
                    .append("route: { cluster: app, timeout: 0s } }\n");
        }
        return """
                  - address: { socket_address: { protocol: %s, address: 127.0.0.1, port_value: %d } }
                    name: %s
                %s    filter_chains:
                    -
                %s      filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3\
                .HttpConnectionManager
                          stat_prefix: web
                          codec_type: %s
                          generate_request_id: true
                          always_set_request_id_in_response: true
                          http_filters:
                          - name: limit
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3\
                .LocalRateLimit
                              stat_prefix: limit
                              token_bucket: { max_tokens: 1000000000, tokens_per_fill: 1000000000, fill_interval: 1s }
                              filter_enabled: { default_value: { numerator: 100, denominator: HUNDRED } }
                              filter_enforced: { default_value: { numerator: 100, denominator: HUNDRED } }
                          - name: router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                          route_config:
                            request_headers_to_remove: [ x-remove-me ]
                            response_headers_to_add:
                            - header: { key: x-served-by, value: envoy }
                              append_action: OVERWRITE_IF_EXISTS_OR_ADD
                            virtual_hosts:
                            - name: all
                              domains: [ "*" ]
                              routes:
                """.formatted(quic ? "UDP" : "TCP", place.port(), quic ? "quic" : "tcp",
                quic ? "    udp_listener_config: { quic_options: {}, downstream_socket_config: { prefer_gro: true } }\n"
                        : "",
                place.tls().map(with -> tls(with, quic)).orElse(""), quic ? "HTTP3" : "AUTO") + routes;
    }

    private static String cluster(Place place) {
        return """
                  clusters:
                  - name: app
                    type: STATIC
                    circuit_breakers: { thresholds: [ { max_connections: 8192, max_pending_requests: 8192,
                        max_requests: 8192 } ] }
                    load_assignment:
                      cluster_name: app
                      endpoints:
                      - lb_endpoints:
                        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                """.formatted(place.originPort());
    }
}
