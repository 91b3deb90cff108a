package dev.chainless.plugin.http;

import java.util.HexFormat;
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
    void fieldBlocks() {
        List<byte[]> valid = List.of(
                HexFormat.of().parseHex("828684418cf1e3c2e5f23a6ba0ab90f4ff828684be5886a8eb10649cbf"),
                HexFormat.of().parseHex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf0001610162"),
                HexFormat.of().parseHex("4001610162400163016440016502666640016701683fe11f20be3f0abebfc0c1c2"));
        for (int seed = 0; seed < INPUTS; seed++) {
            var heads = new RandomHeads(seed);
            byte[] block = valid.get(heads.random().nextInt(valid.size()));
            HpackFuzz.fuzzerTestOneInput(heads.random().nextInt(5) == 0 ? heads.noise(80) : heads.spoiled(block));
        }
    }

    @Test
    void frames() {
        for (int seed = 0; seed < INPUTS; seed++) {
            var heads = new RandomHeads(seed);
            Http2Fuzz.fuzzerTestOneInput(
                    heads.random().nextInt(5) == 0 ? heads.noise(200) : heads.spoiled(Http2Fuzz.VALID));
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
