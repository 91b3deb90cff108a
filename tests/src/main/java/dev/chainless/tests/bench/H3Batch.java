package dev.chainless.tests.bench;

import io.netty.handler.codec.quic.QuicChannel;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// Lets what several streams write at once leave in as few packets as possible, as a client of its own library would do. Netty
/// does so while it reads a packet, and makes a packet of each write else; so this pretends that one was read.
final class H3Batch {
    private static final MethodHandle BEGIN = method("markInFireChannelReadCompleteQueue", boolean.class);
    private static final MethodHandle END = method("recvComplete", void.class);

    private H3Batch() {}

    private static MethodHandle method(String name, Class<?> returned) {
        try {
            Class<?> type = Class.forName("io.netty.handler.codec.quic.QuicheQuicChannel");
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findVirtual(type, name, MethodType.methodType(returned))
                    .asType(MethodType.methodType(returned, QuicChannel.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("another version of Netty than this was written for", e);
        }
    }

    static void in(QuicChannel channel, Runnable writes) {
        try {
            if ((boolean) BEGIN.invokeExact(channel)) {
                try {
                    writes.run();
                } finally {
                    END.invokeExact(channel);
                }
            } else {
                writes.run(); // a packet is being read
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
