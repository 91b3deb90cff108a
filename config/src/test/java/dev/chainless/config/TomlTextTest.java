package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** TOML is read as another reader of it does, and where it is wrong is told. */
class TomlTextTest {
    private static final Path FILE = Path.of("x.toml");
    private static final int LINES = 12;

    private static List<String> problems(String text) {
        List<Problem> problems = new ArrayList<>();
        TomlText.read(text, FILE, problems);
        return problems.stream().map(problem -> problem.toString().replace("x.toml:", "").replace(" not TOML:", ""))
                .toList();
    }

    private static RawTable table(String text) {
        List<Problem> problems = new ArrayList<>();
        RawTable table = TomlText.read(text, FILE, problems);
        assertNotNull(table, problems::toString);
        return table;
    }

    // ---- the oracle

    @Property(tries = 1000)
    void damagedTextIsReadOrRefusedAsByTomlj(@ForAll @IntRange(min = 0, max = 100_000) int line,
            @ForAll @IntRange(min = 0, max = 10_000) int at, @ForAll @IntRange(min = 0, max = 4) int length,
            @ForAll("scraps") String scrap) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("samples", "production.toml"));
        int begin = line % (lines.size() - LINES);
        String text = String.join("\n", lines.subList(begin, begin + LINES)) + "\n";
        int from = at % text.length();
        same(text.substring(0, from) + scrap + text.substring(Math.min(text.length(), from + length)));
    }

    @Provide
    static Arbitrary<String> scraps() {
        return Arbitraries.of("", "\"", "\"\"\"", "'''", "[", "]]", "{", "}", "=", "\n", "1", "-1", "0x", "1_0", ".5",
                "e3", "true",
                "[[routes]]\n", "[a.b]\n", "a.b = 1\n", "99999999999999999999", "2020-01-01", "07:32", "T07:32:00Z",
                "nan", "\\", "\\u00e9", "{}", "[]", "\"\"", ".", "#", "\r", "\t", "\0", ",", "é", "\uD83D\uDE00");
    }

    @Test
    void allThatTomlHasIsReadAsByTomlj() {
        same("""
                a = [1, [2.5, -0, +7, 0xfF, 0o17, 0b1_1], { b = 1e-3, "c d".e = inf }, nan, # comment
                  ]
                "quoted key" = 'C:\\x'
                dot . ted = "tab\\tquote\\" \\u00e9 \\U0001F600"
                block =""" + " \"\"\"\nfirst \\\n   joined\n\"\"quoted\"\"\"\"\"" + """

                raw = '''
                a ''quote'' b'''
                times = [1979-05-27T07:32:00Z, 1979-05-27 07:32:00.123+01:00, 1979-05-27T07:32:00, 1979-05-27, 07:32:00.5]
                [[x.y]]
                n = 1
                [x.y.z]
                n = 2
                [[x.y]]
                [x]
                late = true
                """);
    }

    private static void same(String text) {
        Object theirs;
        try {
            TomlParseResult result = Toml.parse(text);
            theirs = result.hasErrors() ? "refused" : plain(result);
        } catch (RuntimeException | AssertionError e) {
            theirs = "refused"; // it stumbles over some text that is no TOML
        }
        List<Problem> problems = new ArrayList<>();
        RawTable ours = TomlText.read(text, FILE, problems);
        assertEquals(theirs, ours == null ? "refused" : ours.values(), () -> text + "\n" + problems);
    }

    private static Object plain(Object value) {
        return switch (value) {
            case TomlTable table -> {
                Map<String, Object> values = new LinkedHashMap<>();
                table.keySet().forEach(key -> values.put(key, plain(table.get(List.of(key)))));
                yield values;
            }
            case TomlArray array -> array.toList().stream().map(TomlTextTest::plain).toList();
            default -> value;
        };
    }

    // ---- places

    @Test
    void eachValueKnowsItsPlace() {
        RawTable table = table("""
                one = 1
                  dot.ted = [1,
                    { a = 2 }]
                [ listeners . web ]
                listen = "l"
                  [[routes]]
                name = "r"
                [listeners]
                """);
        assertEquals("x.toml:1:1", table.position("one").toString());
        assertEquals("x.toml:2:3", table.position("dot").toString());
        List<?> list = (List<?>) ((RawTable) table.node("dot").value()).node("ted").value();
        assertEquals("x.toml:2:14", ((RawTable.Node) list.getFirst()).position().toString());
        assertEquals("x.toml:3:5", ((RawTable.Node) list.getLast()).position().toString());
        assertEquals("dot.ted[1]", ((RawTable) ((RawTable.Node) list.getLast()).value()).path());
        assertEquals("x.toml:8:1", table.position("listeners").toString());
        RawTable web = (RawTable) ((RawTable) table.node("listeners").value()).node("web").value();
        assertEquals("x.toml:4:1 listeners.web", web.position() + " " + web.path());
        assertEquals("x.toml:6:3",
                ((RawTable.Node) ((List<?>) table.node("routes").value()).getFirst()).position().toString());
    }

    // ---- mistakes

    @Test
    void mistakesAreToldLineByLine() {
        assertEquals(List.of("1:5: unexpected end of line, expected a value",
                "2:5: unexpected ']', expected a value",
                "3:7: unexpected '2', expected the end of the line",
                "4:2: unexpected end of line, expected \".\" or \"=\"",
                "5:3: unexpected end of line, expected \".\" or \"]\"",
                "7:1: \"y\" is already defined at line 6, column 1",
                "8:5: unexpected 'w', expected a value: text in quotes, a number, true, false, a time, [...] or {...}",
                "9:7: there is no such escape; a backslash is written \\\\, or the text in single quotes",
                "10:5: the number 99999999999999999999 does not fit in 64 bits",
                "11:5: there is no such time: 2020-13-01",
                "12:7: unexpected end of the file, expected a closing \""),
                problems("a = \nb = ]\nc = 1 2\nd\n[x\ny = 1\ny = 2\nz = word\nv = \"a\\q\"\nu = 99999999999999999999\n"
                        + "t = 2020-13-01\ns = \"a"));
    }

    @Test
    void whatFollowsAMistakeInAValueOfSeveralLinesIsNotGuessedAt() {
        assertEquals(List.of("2:3: unexpected '2', expected \",\" or \"]\""), problems("a = [\n1 2,\n3,\n]\nb = ]\n"));
    }

    @Test
    void depthAndNumberOfMistakesAreBounded() {
        assertTrue(problems("a = " + "[".repeat(100_000)).getFirst().contains("more than 100 deep"));
        assertTrue(problems("a = " + "{ a = ".repeat(100_000)).getFirst().contains("more than 100 deep"));
        assertTrue(problems("a" + ".a".repeat(100_000) + " = 1").getFirst().contains("more than 100 parts"));
        assertTrue(problems("[a" + ".a".repeat(100_000) + "]").getFirst().contains("more than 100 parts"));
        assertEquals(20, problems("a = \n".repeat(1_000)).size());
    }
}
