package dev.chainless.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Passes datagrams of one client on, as a router with address translation does, which may forget the client's port. */
final class Relay implements AutoCloseable {
    private final InetSocketAddress target;
    private final DatagramSocket front;
    private volatile DatagramSocket back;
    private volatile SocketAddress client;

    Relay(int port) {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try {
            front = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            rebind();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("relay").start(() -> pump(front, true));
    }

    int port() {
        return front.getLocalPort();
    }

    /** From now on the client comes from another port. */
    void rebind() {
        try {
            DatagramSocket next = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            DatagramSocket before = back;
            back = next;
            Thread.ofPlatform().daemon().name("relay-back").start(() -> pump(next, false));
            if (before != null) {
                before.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pump(DatagramSocket socket, boolean toGateway) {
        var packet = new DatagramPacket(new byte[65_536], 65_536);
        while (!socket.isClosed()) {
            try {
                packet.setLength(65_536);
                socket.receive(packet);
                if (toGateway) {
                    client = packet.getSocketAddress();
                    packet.setSocketAddress(target);
                    back.send(packet);
                } else {
                    packet.setSocketAddress(client);
                    front.send(packet);
                }
            } catch (IOException e) {
                // Closed, or a packet is lost: QUIC sends it again.
            }
        }
    }

    @Override
    public void close() {
        front.close();
        back.close();
    }
}
