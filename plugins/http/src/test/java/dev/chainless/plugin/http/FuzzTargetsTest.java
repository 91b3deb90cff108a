package dev.chainless.plugin.http;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The fuzz targets with a bounded number of seeded inputs, so that each build runs them; Jazzer goes further. */
class FuzzTargetsTest {
    private static final int INPUTS = 5_000;

    @Test
    void heads() {
        for (int seed = 0; seed < INPUTS; seed++) {
            var heads = new RandomHeads(seed);
            HeadParserFuzz.fuzzerTestOneInput(
                    heads.random().nextInt(5) == 0 ? heads.noise(200) : heads.spoiled(heads.valid()));
        }
    }

    @Test
    void chunks() {
        byte[] valid = Reading.bytes("a;x=\"y\"\r\n0123456789\r\n3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\n");
        for (int seed = 0; seed < INPUTS; seed++) {
            var heads = new RandomHeads(seed);
            ChunkDecoderFuzz
                    .fuzzerTestOneInput(heads.random().nextInt(5) == 0 ? heads.noise(60) : heads.spoiled(valid));
        }
    }

    @Test
    void proxyHeaders() {
        String signature = "\r\n\r\n\0\r\nQUIT\n";
        List<byte[]> valid = List.of(Reading.bytes("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"),
                Reading.bytes("PROXY TCP6 ::1 2001:db8::ffff 1 65535\r\n"), Reading.bytes("PROXY UNKNOWN\r\n"),
                Reading.bytes(signature + "\41\21\0\14\1\2\3\4\5\6\7\10\0\120\1\273"),
                Reading.bytes(signature + "\41\41\0\50" + "0123456789abcdef".repeat(2) + "\0\120\1\273\4\0\1x"));
        for (int seed = 0; seed < INPUTS; seed++) {
            var heads = new RandomHeads(seed);
            byte[] raw = valid.get(heads.random().nextInt(valid.size()));
            ProxyHeaderFuzz.fuzzerTestOneInput(heads.random().nextInt(5) == 0 ? raw : heads.spoiled(raw));
        }
    }
}
