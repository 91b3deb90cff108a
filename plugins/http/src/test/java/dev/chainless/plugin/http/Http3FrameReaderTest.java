package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class Http3FrameReaderTest {

    /** Writes down what it gets; pieces of one frame are joined. */
    private static final class Recorder implements Http3FrameReader.Frames {
        private final List<String> frames = new ArrayList<>();
        private final StringBuilder pieces = new StringBuilder();
        private boolean last;

        @Override
        public Http3FrameReader.Payload begins(long type, long length) {
            return type == 0 || length > 1000 ? type == 0 ? Http3FrameReader.Payload.PIECES
                    : Http3FrameReader.Payload.SKIPPED
                    : type % 2 == 1 ? Http3FrameReader.Payload.WHOLE : Http3FrameReader.Payload.SKIPPED;
        }

        @Override
        public void whole(long type, ByteBuf payload, boolean ends) {
            frames.add(type + ":" + ByteBufUtil.hexDump(payload));
            last = ends;
        }

        @Override
        public void piece(ByteBuf chunk) {
            pieces.append(ByteBufUtil.hexDump(chunk));
            chunk.release();
        }

        @Override
        public void skipped(long type, boolean ends) {
            frames.add(type + " skipped");
            last = ends;
        }

        @Override
        public boolean isOver() {
            return false;
        }
    }

    private static void frame(ByteBuf out, long type, byte[] payload) {
        Varint.write(out, type);
        Varint.write(out, payload.length);
        out.writeBytes(payload);
    }

    @Test
    void saysWhetherTheStreamEndsWithAFrame() {
        for (boolean fin : new boolean[] {true, false}) {
            var recorder = new Recorder();
            ByteBuf in = Unpooled.buffer();
            frame(in, 1, new byte[] {7});
            new Http3FrameReader(recorder, ByteBufAllocator.DEFAULT).read(in, fin);
            assertEquals(List.of("1:07"), recorder.frames);
            assertEquals(fin, recorder.last);
        }
    }

    @Property(tries = 300)
    void framesAreTheSameInWhateverPiecesTheyCome(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int most) {
        var random = new Random(seed);
        ByteBuf all = Unpooled.buffer();
        List<String> frames = new ArrayList<>();
        var pieces = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            long type = new long[] {0, 1, 2, 4, 7, 0xf0700, 0x21, Http3.LAST_STREAM - 1}[random.nextInt(8)];
            byte[] payload = new byte[random.nextInt(random.nextBoolean() ? 4 : 100)];
            random.nextBytes(payload);
            frame(all, type, payload);
            if (type == 0) {
                pieces.append(ByteBufUtil.hexDump(payload));
            } else {
                frames.add(type % 2 == 1 ? type + ":" + ByteBufUtil.hexDump(payload) : type + " skipped");
            }
        }
        var recorder = new Recorder();
        var reader = new Http3FrameReader(recorder, ByteBufAllocator.DEFAULT);
        while (all.isReadable()) {
            ByteBuf part = all.readRetainedSlice(Math.min(all.readableBytes(), 1 + random.nextInt(most)));
            reader.read(part, !all.isReadable());
            part.release();
        }
        assertEquals(frames, recorder.frames);
        assertEquals(pieces.toString(), recorder.pieces.toString());
        assertEquals(true, reader.isBetweenFrames());
        reader.release();
    }

    @Property(tries = 1000)
    void whatIsTornIsReleased(@ForAll byte[] bytes) {
        var reader = new Http3FrameReader(new Recorder(), new io.netty.buffer.UnpooledByteBufAllocator(false));
        reader.read(Unpooled.wrappedBuffer(bytes), false);
        reader.release();
    }
}
