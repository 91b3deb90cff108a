package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/// HAProxy with one thread. The routes are a map, as its manual advises for many of them.
record HAProxy(String version) implements Contender {

    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public boolean peer() {
        return true;
    }

    @Override
    public List<String> command(Place place) throws IOException {
        var routes = new StringBuilder();
        for (int i = 0; i < ROUTES; i++) {
            routes.append("/r").append(i).append("/ app\n");
        }
        String tls = "";
        if (place.tls().isPresent()) {
            Tls with = place.tls().get();
            String file = place.write("site.pem", Files.readString(with.certificate()) + Files.readString(with.key()));
            tls = " ssl crt " + file + " ssl-min-ver TLSv1.3" + (with.http2() ? " alpn h2,http/1.1" : "");
        }
        String map = place.write("routes.map", routes.toString());
        String file = place.write("haproxy.cfg", """
                global
                    nbthread 1
                    maxconn 8192

                defaults
                    mode http
                    timeout connect 5s
                    timeout client 1h
                    timeout server 1h
                    timeout http-keep-alive 1h

                frontend web
                    bind 127.0.0.1:%d backlog 4096%s
                    stick-table type ip size 100k expire 30s store http_req_rate(1s)
                    http-request track-sc0 src
                    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 10000000 }
                    unique-id-format %%[uuid]
                    unique-id-header X-Request-Id
                    http-request del-header X-Remove-Me
                    http-response set-header X-Request-Id %%[unique-id]
                    http-response set-header X-Served-By haproxy
                    use_backend %%[path,map_beg(%s)]

                frontend metrics
                    bind 127.0.0.1:%d
                    http-request use-service prometheus-exporter if { path /metrics }

                backend app
                    http-reuse always
                    server origin 127.0.0.1:%d
                """.formatted(place.port(), tls, map, place.adminPort(), place.originPort()));
        return List.of("haproxy", "-db", "-f", file);
    }
}
