package dev.chainless.plugin.discoverydns;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A name server that says whatever its script says, also what no real one would. */
final class FakeNameServer implements AutoCloseable {
    static final int A = 1;
    static final int CNAME = 5;
    static final int AAAA = 28;
    static final int SRV = 33;
    static final int SERVFAIL = 2;
    static final int NXDOMAIN = 3;
    static final int REFUSED = 5;

    /** What is asked: a name without the last dot. */
    record Query(String name, int type, boolean tcp) {}

    /** What is answered; null for nothing at all. */
    interface Script {
        Reply answer(Query query);
    }

    /** An answer while it is written. */
    static final class Reply {
        private int flags = 0x8180;
        private int idChange;
        private String question;
        private final List<byte[]> records = new ArrayList<>();

        static Reply code(int code) {
            var reply = new Reply();
            reply.flags |= code;
            return reply;
        }

        static Reply none() {
            return new Reply();
        }

        Reply truncated() {
            flags |= 0x0200;
            return this;
        }

        /** Neither is it authoritative nor does it ask others. */
        Reply lame() {
            flags &= ~0x0080;
            return this;
        }

        Reply wrongId() {
            idChange = 1;
            return this;
        }

        Reply wrongQuestion(String name) {
            question = name;
            return this;
        }

        Reply address(String name, int ttl, String address) {
            try {
                byte[] bytes = InetAddress.getByName(address).getAddress();
                return record(name, bytes.length == 4 ? A : AAAA, ttl, bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Reply alias(String name, int ttl, String target) {
            return record(name, CNAME, ttl, encoded(target));
        }

        Reply service(String name, int ttl, int priority, int weight, int port, String target) {
            var data = new ByteArrayOutputStream();
            for (int each : new int[] {priority, weight, port}) {
                data.write(each >> 8);
                data.write(each);
            }
            data.writeBytes(encoded(target));
            return record(name, SRV, ttl, data.toByteArray());
        }

        Reply record(String name, int type, int ttl, byte[] data) {
            var bytes = new ByteArrayOutputStream();
            try (var out = new DataOutputStream(bytes)) {
                out.write(encoded(name));
                out.writeShort(type);
                out.writeShort(1);
                out.writeInt(ttl);
                out.writeShort(data.length);
                out.write(data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            records.add(bytes.toByteArray());
            return this;
        }

        private byte[] message(byte[] query, Query parsed) {
            var bytes = new ByteArrayOutputStream();
            try (var out = new DataOutputStream(bytes)) {
                out.writeShort(((query[0] & 255) << 8 | query[1] & 255) + idChange);
                out.writeShort(flags);
                out.writeShort(1);
                out.writeShort(records.size());
                out.writeInt(0);
                out.write(encoded(question == null ? parsed.name() : question));
                out.writeShort(parsed.type());
                out.writeShort(1);
                for (byte[] each : records) {
                    out.write(each);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final List<Query> queries = new CopyOnWriteArrayList<>();
    private volatile Script script;

    FakeNameServer(Script script) {
        this.script = script;
        try {
            tcp = new ServerSocket();
            tcp.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            udp = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::serveUdp);
        Thread.ofVirtual().start(this::serveTcp);
    }

    FakeNameServer says(Script now) {
        script = now;
        return this;
    }

    int port() {
        return udp.getLocalPort();
    }

    /** {@return what was asked since the last call} */
    List<Query> queries() {
        List<Query> all = List.copyOf(queries);
        queries.removeAll(all);
        return all;
    }

    private void serveUdp() {
        byte[] buffer = new byte[1500];
        while (!udp.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] reply = reply(Arrays.copyOf(buffer, packet.getLength()), false);
                if (reply.length > 0) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try (var socket = tcp.accept()) {
                var in = new DataInputStream(socket.getInputStream());
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                byte[] reply = reply(query, true);
                var out = new DataOutputStream(socket.getOutputStream());
                out.writeShort(reply.length);
                out.write(reply);
                out.flush();
                in.read(); // until the peer closes
            } catch (IOException e) {
                // the peer has had enough, or this is closed
            }
        }
    }

    private byte[] reply(byte[] query, boolean byTcp) {
        var name = new StringBuilder();
        int at = 12;
        while (query[at] != 0) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        var parsed = new Query(name.toString(), (query[at + 1] & 255) << 8 | query[at + 2] & 255, byTcp);
        queries.add(parsed);
        Reply reply = script.answer(parsed);
        return reply == null ? new byte[0] : reply.message(query, parsed);
    }

    private static byte[] encoded(String name) {
        var out = new ByteArrayOutputStream();
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.")) {
            out.write(label.length());
            out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.write(0);
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
