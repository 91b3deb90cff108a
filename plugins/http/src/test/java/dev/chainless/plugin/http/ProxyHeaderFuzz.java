package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;

/**
 * PROXY protocol headers for Jazzer, run as {@link HeadParserFuzz} is. The reader must not throw; what it takes must be
 * the same when it was written and read again.
 */
public final class ProxyHeaderFuzz {
    private ProxyHeaderFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        var header = new ProxyHeader(512);
        if (header.parse(Unpooled.wrappedBuffer(input)) != ProxyHeader.DONE) {
            return;
        }
        for (int version = 1; version <= 2; version++) {
            ByteBuf out = Unpooled.buffer();
            ProxyHeader.write(out, version, header.source(), header.destination());
            var again = new ProxyHeader(512);
            if (again.parse(out) != ProxyHeader.DONE || out.isReadable()
                    || !Objects.equals(header.source(), again.source())
                    || !Objects.equals(header.destination(), again.destination())) {
                throw new AssertionError("version " + version + ": " + header.source() + " became " + again.source());
            }
        }
    }
}
