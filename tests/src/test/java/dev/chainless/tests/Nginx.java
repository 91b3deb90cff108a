package dev.chainless.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** nginx as an origin that serves the files of a folder. */
final class Nginx implements AutoCloseable {
    private final Process process;
    private final Path folder;
    private final int port = Ports.free();

    Nginx() {
        this("", "");
    }

    /**
     * Starts it.
     *
     * @param how it listens: {@code ssl}
     * @param more lines of its server
     */
    Nginx(String how, String more) {
        try {
            folder = Files.createTempDirectory("chainless-nginx");
            Files.createDirectories(folder.resolve("files"));
            Path file = Files.writeString(folder.resolve("nginx.conf"), """
                    %s
                    worker_processes 1;
                    daemon off;
                    pid %2$s/nginx.pid;
                    error_log stderr error;
                    events { worker_connections 256; }
                    http {
                        access_log off;
                        keepalive_requests 3;
                        client_body_temp_path %2$s/body;
                        proxy_temp_path %2$s/proxy;
                        fastcgi_temp_path %2$s/fastcgi;
                        uwsgi_temp_path %2$s/uwsgi;
                        scgi_temp_path %2$s/scgi;
                        server {
                            listen 127.0.0.1:%3$d %4$s;
                            %5$s
                            root %2$s/files;
                        }
                    }
                    """.formatted(System.getProperty("user.name").equals("root") ? "user root;" : "", folder, port, how,
                    more));
            process = new ProcessBuilder("nginx", "-p", folder.toString(), "-e", "stderr", "-c", file.toString())
                    .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Await.until("nginx listens", () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("nginx ended: " + Files.readString(folder.resolve("log")));
            }
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    int port() {
        return port;
    }

    /** {@return the folder of the files that it serves} */
    Path files() {
        return folder.resolve("files");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
