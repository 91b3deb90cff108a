package dev.chainless.tests.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/// Origins of unequal speed in one process: each answers any number of requests at once, each after its own time.
final class SlowOrigins {

    private SlowOrigins() {}

    /// Serves until it is ended.
    ///
    /// @param args the bytes of a body, and for each origin `PORT:MILLIS`
    public static void main(String... args) throws IOException {
        byte[] head =
                ("HTTP/1.1 200 OK\r\nContent-Length: " + args[0] + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] answer = Arrays.copyOf(head, head.length + Integer.parseInt(args[0]));
        for (int i = 1; i < args.length; i++) {
            String[] origin = args[i].split(":", 2);
            long nanos = Long.parseLong(origin[1]) * 1_000_000;
            var server = new ServerSocket(Integer.parseInt(origin[0]), 4096, InetAddress.getLoopbackAddress());
            Thread.ofPlatform().start(() -> accept(server, nanos, answer));
        }
    }

    private static void accept(ServerSocket server, long nanos, byte[] answer) {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket, nanos, answer));
            }
        } catch (IOException e) {
            System.err.println("an origin ended: " + e);
        }
    }

    private static void serve(Socket socket, long nanos, byte[] answer) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (skipHead(in)) {
                LockSupport.parkNanos(nanos);
                out.write(answer);
            }
        } catch (IOException e) {
            // The contender went away.
        }
    }

    /// {@return whether there was one more}
    private static boolean skipHead(InputStream in) throws IOException {
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            last = last << 8 | b;
        }
        return true;
    }
}
