package dev.chainless.tests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many clients in one process of their own, since the limit of open files is one of a process. It opens the connections,
 * asks once on each, and again on each for every line that it reads; after each round it says how many were answered.
 */
final class IdleClients {
    private static final byte[] REQUEST =
            "GET /idle HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String ANSWER = "HTTP/1.1 200 OK\r\n";

    private IdleClients() {}

    /**
     * Runs the clients until the input ends.
     *
     * @param arguments port and number of connections
     */
    public static void main(String[] arguments) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        List<SocketChannel> clients = new ArrayList<>(count);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (int i = 0; i < count; i++) {
            SocketChannel client = SocketChannel.open();
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // A reset at the end keeps ten thousand ports from waiting for what is late.
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.connect(address);
            clients.add(client);
            ask(client);
            if (i % 100 == 99) {
                for (int j = i - 99; j <= i; j++) {
                    read(clients.get(j));
                }
            }
        }
        System.out.println("answered " + count);
        while (input.readLine() != null) {
            int answered = 0;
            for (SocketChannel client : clients) {
                ask(client);
                answered += read(client);
            }
            System.out.println("answered " + answered);
        }
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    private static void ask(SocketChannel client) throws IOException {
        client.write(ByteBuffer.wrap(REQUEST));
    }

    /** Reads one response, which is known to have a length and a short body. */
    private static int read(SocketChannel client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        while (true) {
            if (client.read(buffer) < 0) {
                return 0;
            }
            String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
            if (text.endsWith("the end")) {
                return text.startsWith(ANSWER) ? 1 : 0;
            }
        }
    }
}
