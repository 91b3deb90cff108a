package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;

/**
 * Heads for Jazzer. {@link FuzzTargetsTest} runs it for a moment with each build; to run it for as long as you like:
 *
 * <pre>{@code
 * java -cp "$(cat plugins/http/target/test.classpath):plugins/http/target/classes:plugins/http/target/test-classes" \
 *     com.code_intelligence.jazzer.Jazzer --target_class=dev.chainless.plugin.http.HeadParserFuzz \
 *     --instrumentation_includes='dev.chainless.**' -max_len=2048
 * }</pre>
 *
 * <p>Whatever comes, the parser must not throw, must read the same in pieces, and must agree with Netty on what it
 * takes.
 */
public final class HeadParserFuzz {
    private HeadParserFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        byte[] raw = Reading.ended(input);
        Reading whole = Reading.request(raw, HeadLimits.DEFAULT, null);
        Reading pieces = Reading.request(raw, HeadLimits.DEFAULT, new Random(Arrays.hashCode(input)));
        if (!whole.equals(pieces)) {
            throw new AssertionError(whole + " at once, in pieces " + pieces);
        }
        Reading.read(new HeadParser(HeadLimits.DEFAULT, true), new Head(), raw, null);
        if (whole.result() == HeadParser.DONE) {
            var parser = new HeadParser(HeadLimits.DEFAULT, false);
            var head = new Head();
            ByteBuf in = Unpooled.wrappedBuffer(raw);
            parser.parse(head, in);
            HeadParserOracleTest.compare(raw, head, parser, in);
        }
    }
}
