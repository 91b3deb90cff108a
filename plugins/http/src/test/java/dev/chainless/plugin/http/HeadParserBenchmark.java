package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A browser's request head, read by our parser and by Netty's decoder. To run it: {@code java -cp "$(cat
 * plugins/http/target/test.classpath):plugins/http/target/classes:plugins/http/target/test-classes"
 * org.openjdk.jmh.Main HeadParserBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeadParserBenchmark {
    static final String BROWSER = """
            GET /assets/app/main.css?v=20260117&theme=dark HTTP/1.1
            Host: www.example.org
            Connection: keep-alive
            sec-ch-ua-platform: "Linux"
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
            Chrome/140.0.0.0 Safari/537.36
            sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"
            sec-ch-ua-mobile: ?0
            Accept: text/css,*/*;q=0.1
            Sec-Fetch-Site: same-origin
            Sec-Fetch-Mode: no-cors
            Sec-Fetch-Dest: style
            Referer: https://www.example.org/articles/2026/01/17/a-page
            Accept-Encoding: gzip, deflate, br, zstd
            Accept-Language: en-GB,en;q=0.9,de;q=0.8
            Cookie: session=3f2a9c5d7e8b41f0a6d2c9e7b5a3f1d8; consent=all; theme=dark

            """.replace("\n", "\r\n");

    private final byte[] raw = BROWSER.getBytes(StandardCharsets.ISO_8859_1);
    private final ByteBuf in = Unpooled.directBuffer(raw.length).writeBytes(raw);
    private final HeadParser parser = new HeadParser(HeadLimits.DEFAULT, false);
    private final Head head = new Head();
    private final EmbeddedChannel netty = new EmbeddedChannel(new HttpRequestDecoder());

    /** {@return the head's fields} Reads with our parser. */
    @Benchmark
    public int chainless() {
        head.clear();
        in.readerIndex(0);
        parser.parse(head, in);
        return head.places();
    }

    /** {@return the last object} Reads with Netty's decoder. */
    @Benchmark
    public Object netty() {
        netty.writeInbound(in.retainedSlice(0, raw.length));
        Object request = netty.readInbound();
        Object last = netty.readInbound();
        ReferenceCountUtil.release(last);
        return request;
    }
}
