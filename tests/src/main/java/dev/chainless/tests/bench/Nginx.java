package dev.chainless.tests.bench;

import java.io.IOException;
import java.util.List;

/// nginx with one worker.
record Nginx(String version) implements Contender {

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public boolean peer() {
        return true;
    }

    @Override
    public List<String> command(Place place) throws IOException {
        var routes = new StringBuilder();
        for (int i = 0; i < ROUTES; i++) {
            routes.append("        location /r").append(i).append("/ { proxy_pass http://app; }\n");
        }
        var tls = new StringBuilder();
        place.tls().ifPresent(with -> tls.append("""
                        ssl_certificate %s;
                        ssl_certificate_key %s;
                        ssl_protocols TLSv1.3;
                """.formatted(with.certificate(), with.key())));
        // The parameter http2 is what nginx before 1.25 knows, and later ones still do.
        String listen = place.tls().map(with -> with.http2() ? " ssl http2" : " ssl").orElse("");
        // Buffers hold a whole 100 KB response: the default of 8 pages makes nginx write a temporary file for a client
        // that is slower than the origin.
        String http = """
                    upstream app {
                        server 127.0.0.1:%d;
                        keepalive 256;
                        keepalive_requests 1000000000;
                        keepalive_timeout 1h;
                    }
                    limit_req_zone $binary_remote_addr zone=clients:10m rate=10000000r/s;
                    server {
                        listen 127.0.0.1:%d%s backlog=4096;
                %s        limit_req zone=clients burst=1000000 nodelay;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $host;
                        proxy_set_header X-Request-Id $request_id;
                        proxy_set_header X-Remove-Me "";
                        proxy_buffer_size 16k;
                        proxy_buffers 8 32k;
                        proxy_busy_buffers_size 64k;
                        proxy_max_temp_file_size 0;
                        add_header X-Request-Id $request_id;
                        add_header X-Served-By nginx;
                %s    }
                    server {
                        listen 127.0.0.1:%d;
                        location = /metrics { stub_status; }
                    }
                """.formatted(place.originPort(), place.port(), listen, tls, routes, place.adminPort());
        return run(place, http);
    }

    /// Writes a configuration around `http` and returns the command that runs it with its files in the place's folder.
    static List<String> run(Place place, String http) throws IOException {
        String user = System.getProperty("user.name").equals("root") ? "user root;\n" : "";
        String temporary = """
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                """.formatted(place.folder());
        String file = place.write("nginx.conf", user + """
                worker_processes 1;
                daemon off;
                pid %s/nginx.pid;
                error_log stderr error;
                worker_rlimit_nofile 16384;
                events { worker_connections 8192; multi_accept on; }
                http {
                    access_log off;
                    server_tokens off;
                    keepalive_requests 1000000000;
                    keepalive_timeout 1h;
                %s%s}
                """.formatted(place.folder(), temporary, http));
        return List.of("nginx", "-p", place.folder().toString(), "-e", "stderr", "-c", file);
    }
}
