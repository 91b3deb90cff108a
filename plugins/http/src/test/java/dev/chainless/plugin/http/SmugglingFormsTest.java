package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.plugin.http.SmugglingForms.Fate;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** All forms of request smuggling that must be refused are. */
class SmugglingFormsTest {

    @TestFactory
    Stream<DynamicTest> isRefused() {
        return SmugglingForms.all().stream().map(form -> DynamicTest.dynamicTest(form.name(), () -> refused(form)));
    }

    @Test
    void areMany() {
        assertTrue(SmugglingForms.all().size() >= 300);
    }

    private static void refused(SmugglingForms.Form form) {
        var parser = new HeadParser(HeadLimits.DEFAULT, false);
        ByteBuf in = Unpooled.wrappedBuffer(form.raw());
        int result = parser.parse(new Head(), in);
        if (form.fate() == Fate.HEAD_REFUSED) {
            assertEquals(HeadParser.BAD, result);
            return;
        }
        assertEquals(HeadParser.DONE, result);
        assertTrue(parser.chunked());
        var decoder = new ChunkDecoder(4096, HeadLimits.DEFAULT);
        var trailers = new Head();
        int next = decoder.next(in, trailers);
        while (next == ChunkDecoder.DATA) {
            int size = (int) Math.min(decoder.available(), in.readableBytes());
            in.skipBytes(size);
            decoder.consumed(size);
            next = decoder.next(in, trailers);
        }
        assertEquals(ChunkDecoder.BAD, next);
    }
}
