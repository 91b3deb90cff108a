package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.config.KeyedBy;
import dev.chainless.spi.config.Name;
import dev.chainless.spi.config.OneOf;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Rate;
import dev.chainless.spi.config.Reference;
import dev.chainless.spi.config.Rest;
import dev.chainless.spi.config.Shorthand;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BinderTest {
    private static final Path FILE = Path.of("etc", "test.toml");

    private enum Mode {
        PLAIN, VERY_FANCY
    }

    private record Point(@Default("1") int x, @Default("2") @Range(min = "0", max = "9") int y) {
        @Shorthand
        static Point diagonal(int both) {
            return new Point(both, both);
        }
    }

    private sealed interface Shade {
        record Flat(String flat) implements Shade {
            @Shorthand
            static Flat of(String flat) {
                return new Flat(flat);
            }
        }

        record Mixed(List<String> mixed, @Default("0.5") double ratio) implements Shade {}
    }

    private record All(
            String text, @Default("true") boolean truth, @Default("7") int number, @Default("8") long big,
            @Default("0.5") double real, @Default("very-fancy") Mode mode, @Default("30s") Duration pause,
            @Default("1KiB") ByteSize size, @Default("[::1]:1") HostPort address, @Default("::1") IpPrefix prefix,
            @Default("5/m") Rate rate, Optional<Path> path, List<Integer> numbers, Map<String, Point> points,
            Point origin,
            @Default("black") Shade shade, @Nullable String maybe, @Default("[1, 2]") List<Integer> pair,
            @Default("plain") @Name("default") String fallback) {}

    private record Open(@Default("inner") String kind, @KeyedBy("kind") RawTable section, @Rest RawTable rest) {}

    private record Checked(
            @OneOf({"a", "b"}) Optional<String> letter, @Range(min = "1s", max = "1m") Optional<Duration> pause,
            @Range(max = "1KiB") Optional<ByteSize> size, @Range(min = "0") Optional<HostPort> any,
            Optional<HostPort> some,
            @Reference("cluster") List<String> clusters) {}

    private record Picky(@Default("0") int a, @Default("0") int b) {
        Picky {
            if (a > b) {
                throw new IllegalArgumentException("a is more than b");
            }
        }
    }

    @Test
    void bindsEveryType() {
        All all = bind("""
                text = "t"
                truth = false
                number = -1
                big = 9000000000
                real = 2
                mode = "plain"
                pause = "5m"
                size = 10
                address = "[::1]:9"
                prefix = "10.0.0.0/8"
                rate = "1/s"
                path = "sub/x.pem"
                numbers = [1, 2]
                points.a = { x = 5 }
                points."b c" = 3
                origin.y = 9
                shade = { mixed = ["red", "blue"], ratio = 1 }
                maybe = "m"
                pair = 3
                default = "d"
                """, All.class);
        assertEquals(new All("t", false, -1, 9_000_000_000L, 2, Mode.PLAIN, Duration.ofMinutes(5), ByteSize.of(10),
                HostPort.parse("[::1]:9"), IpPrefix.parse("10.0.0.0/8"), Rate.parse("1/s"),
                Optional.of(Path.of("etc", "sub", "x.pem")), List.of(1, 2),
                Map.of("a", new Point(5, 2), "b c", new Point(3, 3)), new Point(1, 9),
                new Shade.Mixed(List.of("red", "blue"), 1), "m", List.of(3), "d"), all);
    }

    @Test
    void absentKeysAreTheirDefaults() {
        assertEquals(new All("t", true, 7, 8, 0.5, Mode.VERY_FANCY, Duration.ofSeconds(30), ByteSize.of(1024),
                HostPort.parse("[::1]:1"), IpPrefix.parse("::1"), Rate.parse("5/m"), Optional.empty(), List.of(),
                Map.of(), new Point(1, 2), new Shade.Flat("black"), null, List.of(1, 2), "plain"),
                bind("text = 't'", All.class));
    }

    @Test
    void keepsWhatIsNotBound() {
        Open open = bind("""
                kind = "http"
                http = { a = 1 }
                other.b = [true]
                """, Open.class);
        assertEquals(RawTable.of(Map.of("a", 1)), open.section());
        assertEquals(RawTable.of(Map.of("other", Map.of("b", List.of(true)))), open.rest());
        assertEquals("etc/test.toml:2:10", open.section().position("a").toString());
        assertEquals("other", open.rest().path("other"));
        assertEquals(RawTable.empty(), bind("", Open.class).section());
    }

    @Test
    void tellsEveryProblemAtOnce() {
        assertProblems("""
                truth = 1
                number = 3000000000
                real = "x"
                mode = "fancy"
                pause = "30"
                address = "x"
                path = "\\u0000"
                numbers = [1, "x", true]
                points = 3
                origin = { y = 10, z = 1 }
                shade = { mixd = 1 }
                txt = "typo"
                """, All.class,
                "1:1: text: missing, expected a string",
                "1:1: truth: expected true or false, found the integer 1",
                "2:1: number: expected an integer, found the integer 3000000000",
                "3:1: real: expected a number, found the string \"x\"",
                "4:1: mode: expected one of \"plain\", \"very-fancy\", found the string \"fancy\"",
                "5:1: pause: expected a duration such as \"250ms\", \"30s\", \"5m\" or \"1h\", found the string \"30\"",
                "6:1: address: expected a host and port such as \"127.0.0.1:8080\" or \"[::1]:8080\", "
                        + "found the string \"x\"",
                "7:1: path: expected a path, found the string \"\\u0000\"",
                "8:15: numbers[1]: expected an integer, found the string \"x\"",
                "8:20: numbers[2]: expected an integer, found true",
                "9:1: points: expected a table, found the integer 3",
                "10:12: origin.y: expected a number from 0 to 9, found the integer 10",
                "10:20: origin.z: unknown key; there is \"x\", \"y\"",
                "11:11: shade: expected a table with one of \"flat\", \"mixed\", found \"mixd\", "
                        + "did you mean \"mixed\"?",
                "12:1: txt: unknown key, did you mean \"text\"?");
    }

    @Test
    void checksBounds() {
        assertProblems("""
                letter = "c"
                pause = "2m"
                size = "2KiB"
                any = "a:0"
                some = "a:0"
                clusters = ["app", "ap"]
                """, Checked.class,
                "1:1: letter: expected one of \"a\", \"b\", found the string \"c\"",
                "2:1: pause: expected a duration from 1s to 1m, found the string \"2m\"",
                "3:1: size: expected a size of at most 1KiB, found the string \"2KiB\"",
                "5:1: some: expected a port from 1 to 65535, found the string \"a:0\"",
                "6:20: clusters[1]: unknown cluster \"ap\", did you mean \"app\"?");
    }

    @Test
    void aRecordThatRefusesIsAProblemOfItsTable() {
        assertProblems("a = 2\nb = 1", Picky.class, "1:1: a is more than b");
        assertProblems("shade = { flat = 'x', mixed = [] }\ntext = ''", All.class,
                "1:23: shade: \"flat\" and \"mixed\" cannot be together");
    }

    @Test
    void aLookupWithoutAccessIsTheProgrammersMistake() {
        assertThrows(IllegalStateException.class,
                () -> Binder.bind(RawTable.empty(), Point.class, MethodHandles.publicLookup()));
    }

    private static <C extends Record> C bind(String text, Class<C> type) {
        List<Problem> problems = new ArrayList<>();
        RawTable table = TomlText.read(text, FILE, problems);
        if (table == null) {
            throw new ConfigException(problems);
        }
        return Binder.bind(table, type, MethodHandles.lookup(), Map.of("cluster", Set.of("app", "other-cluster")));
    }

    private static void assertProblems(String text, Class<? extends Record> type, String... problems) {
        String message = assertThrows(ConfigException.class, () -> bind(text, type)).getMessage();
        assertEquals(String.join("\n", problems), message.replace(FILE + ":", ""));
    }
}
