package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client on a connection that is only in memory: what it sends is read at once. */
final class Client {
    final FakeContext context = new FakeContext();
    final FakeIngress ingress = new FakeIngress();
    final EmbeddedChannel channel;
    final ListenerCodec listener;
    private final List<ByteBuf> sent = new ArrayList<>();

    Client(Configs configs) {
        listener = new ListenerCodec(configs.listener(), context, ingress);
        channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return isActive() ? new InetSocketAddress("192.0.2.7", 5555) : null;
            }

            @Override
            protected SocketAddress localAddress0() {
                return isActive() ? new InetSocketAddress("192.0.2.1", 80) : null;
            }
        };
        listener.accept(channel, "web", 0);
    }

    Client() {
        this(new Configs());
    }

    /** Sends bytes, one read for each text. */
    Client send(String... texts) {
        for (String text : texts) {
            ByteBuf buffer = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
            sent.add(buffer);
            channel.writeInbound(buffer);
        }
        channel.runPendingTasks();
        return this;
    }

    /** Closes the sending direction. */
    void shut() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();
    }

    /** {@return what has come back, less the lines that differ from run to run} */
    String received() {
        var text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text.toString().replaceAll("(?i)date: [^\r]*\r\n", "").replace("\r\n", "|");
    }

    /** {@return how many writes are waiting to be received} */
    int writes() {
        return channel.outboundMessages().size();
    }

    /** Closes, and checks that nothing leaks. */
    void finish() {
        channel.finishAndReleaseAll();
        for (ByteBuf buffer : sent) {
            if (buffer.refCnt() != 0) {
                throw new AssertionError("a read buffer was not released");
            }
        }
        if (context.deadlines() != 0 || listener.connections(0) != 0) {
            throw new AssertionError("the connection was not forgotten");
        }
    }
}
