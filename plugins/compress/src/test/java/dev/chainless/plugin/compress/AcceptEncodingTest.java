package dev.chainless.plugin.compress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
    private static final List<Coding> ALL = List.of(Coding.ZSTD, Coding.BR, Coding.GZIP);

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", ignoreLeadingAndTrailingWhitespace = false, value = {
            "gzip, deflate, br, zstd|ZSTD", "gzip, deflate, br|BR", "GZip|GZIP", "x-gzip|GZIP", "deflate|none",
            "*|ZSTD", "*;q=0|none", "zstd;q=0, *|BR", "gzip;q=0.5, *;q=0.4|GZIP", "identity|none",
            "gzip;q=0.5, identity|none", "gzip;q=0.5, identity;q=0.5|GZIP", "gzip, identity;q=0|GZIP",
            "identity;q=0|none", "gzip;q=0|none", "gzip;q=0.000|none", "gzip;q=0.001|GZIP", "br;q=1.000,zstd;q=0.9|BR",
            "br;q=1.001, gzip;q=0.1|GZIP", "br;q=1.0000, gzip;q=0.1|GZIP", "br;q=, gzip;q=0.1|GZIP",
            "br;q=.9, gzip;q=0.1|GZIP", "br;v=1, gzip;q=0.1|GZIP", "br br, gzip|GZIP", " , gzip ; Q=0.5 ,|GZIP",
            "br;q=1;q=0, gzip|GZIP", "gzip, x-gzip;q=0|none", "brotli|none", "gzipped|none"})
    void picksWhatTheClientLikesBest(String accepted, @Nullable Coding expected) {
        assertEquals(expected, best(ALL, accepted));
    }

    @ParameterizedTest
    @CsvSource({"GZIP, BR, ZSTD", "BR, ZSTD, GZIP", "ZSTD, GZIP, BR"})
    void theOrderDecidesWhereTheClientDoesNot(Coding first, Coding second, Coding third) {
        List<Coding> order = List.of(first, second, third);
        assertEquals(first, best(order, "zstd, gzip, br"));
        assertEquals(second, best(order, "*;q=0.5", first.token() + ";q=0"));
        assertEquals(third, best(order, "*;q=0.5", third.token()));
    }

    @Property
    void agreesWithTheDefinition(@ForAll("members") @Size(max = 6) List<Map.Entry<String, Integer>> members,
            @ForAll @Size(min = 1, max = 3) List<Boolean> splits) {
        var fields = new ArrayList<>(List.of(""));
        for (int i = 0; i < members.size(); i++) {
            int weight = members.get(i).getValue();
            String text = members.get(i).getKey() + String.format(Locale.ROOT, " ;q=%d.%03d", weight / 1000,
                    weight % 1000);
            if (splits.get(i % splits.size())) {
                fields.add(text);
            } else {
                fields.add(fields.removeLast() + "," + text);
            }
        }
        Coding expected = null;
        int identity = Math.max(0, said(members, "identity"));
        int most = 0;
        for (Coding coding : ALL) {
            int named = said(members, coding.token());
            int weight = named < 0 ? said(members, "*") : named;
            if (weight > most && weight >= identity) {
                most = weight;
                expected = coding;
            }
        }
        assertEquals(expected, best(ALL, fields.toArray(String[]::new)));
    }

    private static int said(List<Map.Entry<String, Integer>> members, String name) {
        return members.stream().filter(member -> member.getKey().equals(name)).mapToInt(Map.Entry::getValue).min()
                .orElse(-1);
    }

    @Provide
    Arbitrary<List<Map.Entry<String, Integer>>> members() {
        Arbitrary<String> names = Arbitraries.of("gzip", "br", "zstd", "*", "identity", "deflate");
        Arbitrary<Integer> weights = Arbitraries.oneOf(Arbitraries.of(0, 1, 500, 1000),
                Arbitraries.integers().between(0, 1000));
        return net.jqwik.api.Combinators.combine(names, weights).as(Map::entry).list();
    }

    @Property
    void readsAnything(@ForAll("values") String value) {
        best(ALL, value);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings().withChars("gzipbrstd*,;q=.01 \t\"\\\u00ff").ofMaxLength(40);
    }

    private static @Nullable Coding best(List<Coding> offered, String... values) {
        var request = new Head();
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
            request.add(FieldName.ACCEPT_ENCODING, bytes, bytes.length);
        }
        return AcceptEncoding.best(request, offered);
    }
}
