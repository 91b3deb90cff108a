package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// The origin: nginx with static files, the same under every route.
final class Origin {
    /// Answers 200 and repeats what it saw: `X-Saw-Request-Id` and `X-Saw-Remove-Me`.
    static final String CHECK = "check";

    private Origin() {}

    /// {@return where the file of a body is}
    static Path file(Place place, Body body) {
        return place.folder().resolve("files").resolve(body.label());
    }

    /// Writes files and configuration and returns the command.
    ///
    /// @param repeated fields of a request, in lower case, that the response repeats under their names with `-seen`
    static List<String> command(Place place, List<Body> bodies, List<String> repeated) throws IOException {
        var more = new StringBuilder();
        for (String field : repeated) {
            more.append("add_header ").append(field).append("-seen $http_").append(field.replace('-', '_'))
                    .append("; ");
        }
        Path root = Files.createDirectories(place.folder().resolve("root"));
        Path files = Files.createDirectories(place.folder().resolve("files"));
        for (Body body : bodies) {
            var content = new byte[body.bytes()];
            new Random(body.bytes()).nextBytes(content);
            Files.write(files.resolve(body.label()), content);
        }
        for (int i = 0; i < Contender.ROUTES; i++) {
            Files.createSymbolicLink(root.resolve("r" + i), files);
        }
        return Nginx.run(place, """
                    sendfile on;
                    tcp_nopush on;
                    open_file_cache max=10000 inactive=1h;
                    open_file_cache_valid 1h;
                    server {
                        listen 127.0.0.1:%d backlog=4096;
                        root %s;
                        %s
                        location = /r0/%s {
                            %s
                            add_header X-Saw-Request-Id $http_x_request_id;
                            add_header X-Saw-Remove-Me $http_x_remove_me;
                            return 200;
                        }
                    }
                """.formatted(place.port(), root, more, CHECK, more));
    }
}
