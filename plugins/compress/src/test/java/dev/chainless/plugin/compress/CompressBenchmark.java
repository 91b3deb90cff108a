package dev.chainless.plugin.compress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A response of 100 KB of JSON, which is of a known size afterwards: {@code ./chainless bench jmh CompressBenchmark}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class CompressBenchmark {
    private static final int SIZE = 100_000;

    /** Coding, level, and the window as a power of two. */
    @Param({"gzip 4 15", "br 4 18", "zstd 3 18"})
    String setting = "";
    /** How much a read brings, after which all of it is passed on. */
    @Param({"65536", "8192"})
    int read;

    private final ByteBuf body = Unpooled.directBuffer(SIZE).writeBytes(json());
    private final ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(SIZE);
    private Coding coding = Coding.GZIP;
    private Coders coders = new Coders(new Levels(4, 3, 6), 18, 1);

    /** Makes the coders and says how large the body becomes. */
    @Setup
    public void prepare() {
        String[] parts = setting.split(" ");
        int level = Integer.parseInt(parts[1]);
        coding = Objects.requireNonNull(Coding.named(parts[0]));
        if (coding.obstacle() != null) {
            throw new IllegalStateException(coding.obstacle());
        }
        coders = new Coders(new Levels(level, level, level), Integer.parseInt(parts[2]), 1);
        System.out.println("size: " + response() + " of " + SIZE);
    }

    /** {@return the size of the compressed response} */
    @Benchmark
    public int response() {
        Coder coder = Objects.requireNonNull(coders.take(coding));
        out.clear();
        for (int at = 0; at < SIZE; at += read) {
            coder.write(body.slice(at, Math.min(read, SIZE - at)), out);
            if (at + read < SIZE) {
                coder.flush(out);
            }
        }
        coder.finish(out);
        coders.give(coding, coder);
        return out.readableBytes();
    }

    private static byte[] json() {
        var random = new Random(1);
        String[] words = {"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett",
                "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform"};
        var text = new StringBuilder("[");
        while (text.length() < SIZE) {
            text.append("{\"id\":").append(random.nextInt(1_000_000)).append(",\"name\":\"")
                    .append(words[random.nextInt(words.length)]).append(' ').append(words[random.nextInt(words.length)])
                    .append("\",\"price\":").append(random.nextInt(100_000) / 100.0).append(",\"tags\":[\"")
                    .append(words[random.nextInt(words.length)]).append("\",\"")
                    .append(words[random.nextInt(words.length)]).append("\"],\"updated\":\"2026-01-")
                    .append(10 + random.nextInt(20)).append("T0").append(random.nextInt(10)).append(":1")
                    .append(random.nextInt(10)).append(":00Z\",\"token\":\"")
                    .append(Long.toHexString(random.nextLong()))
                    .append("\"},");
        }
        return text.substring(0, SIZE).getBytes(StandardCharsets.US_ASCII);
    }
}
