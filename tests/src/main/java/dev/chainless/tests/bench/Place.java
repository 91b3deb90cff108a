package dev.chainless.tests.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a contender runs: a folder of its own for generated files, and ports of 127.0.0.1.
///
/// @param tls of the port, empty for none
record Place(Path folder, int port, int adminPort, int originPort, Optional<Tls> tls) {

    /// Makes a place with a new folder and free ports, without TLS.
    static Place beside(Path work, String name, int originPort) throws IOException {
        return beside(work, name, originPort, Optional.empty());
    }

    /// Makes a place with a new folder and free ports.
    static Place beside(Path work, String name, int originPort, Optional<Tls> tls) throws IOException {
        Path folder = Files.createDirectories(work.resolve(name));
        List<Integer> ports = freePorts(2);
        return new Place(folder, ports.getFirst(), ports.getLast(), originPort, tls);
    }

    /// {@return a new connection to the port}
    Socket connect() throws IOException {
        return tls.isPresent() ? tls.get().connect(port) : new Socket(InetAddress.getLoopbackAddress(), port);
    }

    /// {@return ports that nothing listens on now}
    static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        var ports = new ArrayList<Integer>();
        try {
            for (int i = 0; i < count; i++) {
                var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return ports;
    }

    /// Writes a file into the folder, and returns its path.
    String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }
}
