package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever the text, a file is read or refused with lines; whatever the table, it reads back as printed. */
class RandomConfigTest {
    private static final Path FILE = Path.of("random.toml");
    private static final String SAMPLE = sample();

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void tablesReadBackAsPrinted(@ForAll("tables") Map<String, Object> values) {
        RawTable table = RawTable.of(Map.of("t", values));
        List<Problem> problems = new ArrayList<>();
        assertEquals(table, TomlText.read(table.toString().replaceAll("^\\{ | \\}$", ""), FILE, problems),
                problems::toString);
    }

    @Property(tries = 500)
    void randomTextIsReadOrRefused(@ForAll String text) {
        readOrRefuse(text);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void randomTablesAreReadOrRefused(@ForAll("tables") Map<String, Object> values) {
        readOrRefuse(RawTable.of(values).toString().replaceAll("^\\{ | \\}$", "").replace(", ", "\n"));
        readOrRefuse("listeners = " + RawTable.of(values));
        readOrRefuse("routes = [" + RawTable.of(values) + "]");
    }

    @Property(tries = 300)
    void aDamagedSampleIsReadOrRefused(
            @ForAll @IntRange(min = 0, max = 100_000) int at, @ForAll @IntRange(min = 0, max = 40) int length,
            @ForAll("scraps") String scrap) {
        int from = at % SAMPLE.length();
        readOrRefuse(SAMPLE.substring(0, from) + scrap
                + SAMPLE.substring(Math.min(SAMPLE.length(), from + length)));
    }

    private static void readOrRefuse(String text) {
        try {
            assertNotNull(ConfigFile.parse(text, FILE));
        } catch (ConfigException e) {
            assertFalse(e.problems().isEmpty());
            int lines = 2 + (int) text.lines().count();
            for (Problem problem : e.problems()) {
                assertTrue(problem.line() >= 1 && problem.line() <= lines && problem.column() >= 1, problem::toString);
                assertFalse(problem.message().contains("Exception"), problem::toString);
                assertTrue(problem.toString().chars().noneMatch(Character::isISOControl), problem::toString);
            }
        }
    }

    @Provide
    static Arbitrary<String> scraps() {
        return Arbitraries.oneOf(
                Arbitraries.of("", "\"", "'''", "[", "]]", "{", "}", "=", "\n", "1", "-1", "true", "[[routes]]\n",
                        "99999999999999", "\"999999999999h\"", "2020-01-01", "nan", "\\", "{}", "[]", "\"\""),
                Arbitraries.strings().ofMaxLength(5));
    }

    @Provide
    static Arbitrary<Map<String, Object>> tables() {
        return table(3);
    }

    private static Arbitrary<Map<String, Object>> table(int depth) {
        Arbitrary<String> keys = Arbitraries.oneOf(Arbitraries.of("listeners", "web", "listen", "routes", "to", "match",
                "stages", "use", "clusters", "endpoints", "runtime", "drain"), Arbitraries.strings().ofMaxLength(4));
        return Arbitraries.maps(keys, value(depth)).ofMaxSize(4);
    }

    private static Arbitrary<Object> value(int depth) {
        Arbitrary<Object> scalar = Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(10).map(s -> (Object) s),
                Arbitraries.longs().map(n -> (Object) n), Arbitraries.doubles().map(n -> (Object) n),
                Arbitraries.of(true, false).map(b -> (Object) b));
        if (depth == 0) {
            return scalar;
        }
        Arbitrary<Object> deeper = Arbitraries.lazy(() -> value(depth - 1));
        return Arbitraries.frequencyOf(Tuple.of(4, scalar),
                Tuple.of(1, deeper.list().ofMaxSize(3).map(list -> (Object) list)),
                Tuple.of(2, table(depth - 1).map(map -> (Object) map)));
    }

    private static String sample() {
        try {
            return Files.readString(Path.of("samples", "production.toml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
