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

    /// Writes files and configuration and returns the command.
    static List<String> command(Place place, List<Body> bodies) throws IOException {
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
                        location = /r0/%s {
                            add_header X-Saw-Request-Id $http_x_request_id;
                            add_header X-Saw-Remove-Me $http_x_remove_me;
                            return 200;
                        }
                    }
                """.formatted(place.port(), root, CHECK));
    }
}
