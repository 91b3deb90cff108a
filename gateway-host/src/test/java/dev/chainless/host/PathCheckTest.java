package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathCheckTest {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "/a/b.c", "/.well-known/acme", "/a//b", "/a/...", "/a/.b/..c", "/%2F", "/a%20b",
            "/a;b", "/a-long-path/with/nothing/in/it/that/is/not/plain", "/a/b/c/d/.e", "/a%252e", "*", "",
            "/a.b.c/d.e/f.g/h.i"})
    void leavesNormalForms(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(PathCheck.CLEAN, PathCheck.check(bytes, 0, bytes.length));
    }

    @ParameterizedTest
    @CsvSource({"/a/../b, /b", "/a/%2e%2e/admin, /admin", "/a/.%2E/admin, /admin", "/./a, /a", "/a/., /a/",
            "/a/b/.., /a/", "/.., /", "/../../a, /a", "/a//../b, /a/b", "/%61dmin, /admin", "/%7euser, /~user",
            "/a%2fb, /a%2Fb",
            "/a/x%2fy, /a/x%2Fy", "/a-long-path-of-bytes/., /a-long-path-of-bytes/", "/1234567/../b, /b"})
    void rewritesTheRest(String path, String normal) {
        Head head = head(path + "?q=/../%61");
        assertEquals(PathCheck.REWRITTEN, PathCheck.check(head));
        assertEquals(normal + "?q=/../%61", head.target());
        assertEquals(normal, head.path());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/%", "/%4", "/%zz", "/a%00", "/a%0d%0a", "/%7f", "/a/..;/b", "/a/.;x", "/a\\..\\b",
            "**", "/a/%2e%2e;x=1/b", "/a/..%2f", "/a/x%2F..%2Fb", "/a/%5c%2e%2e", "/..%5Ca", "/a%2f.;x",
            "/long-enough-for-words%0", "/long-enough-for-words\\"})
    void refusesWhatHasNoNormalForm(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(PathCheck.BAD, PathCheck.check(bytes, 0, bytes.length));
    }

    @Test
    void refusesEveryOctetThatNoPathMayHaveWhereverItIs() {
        for (int octet = 0; octet < 256; octet++) {
            boolean allowed = octet > ' ' && octet < 0x7f && "#?%\\".indexOf(octet) < 0;
            for (int length = 1; length < 24; length++) {
                for (int at = 1; at < length; at++) {
                    byte[] path = ("/" + "x".repeat(length)).getBytes(StandardCharsets.ISO_8859_1);
                    path[at] = (byte) octet;
                    assertEquals(allowed ? PathCheck.CLEAN : PathCheck.BAD, PathCheck.check(path, 0, path.length),
                            "octet " + octet + " at " + at + " of " + length);
                }
            }
        }
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("/", "/", "/", ".", ".", "..", "a", "b", "%2e", "%2E", "%61", "%2f", "%5c", "%c3%a9", ";",
                "abcdefgh").list().ofMaxSize(24).map(parts -> "/" + String.join("", parts));
    }

    @Property(tries = 20_000)
    void agreesWithThePlainWay(@ForAll("paths") String path) {
        Head head = head(path);
        PathCheck found = PathCheck.check(head);
        String expected = plainly(path);
        if (expected == null) {
            assertEquals(PathCheck.BAD, found);
            return;
        }
        assertEquals(expected.equals(path) ? PathCheck.CLEAN : PathCheck.REWRITTEN, found);
        assertEquals(expected, head.path());
        assertEquals(PathCheck.CLEAN, PathCheck.check(head), "a normal form is one");
        assertNotEquals("..", head.path().substring(head.path().lastIndexOf('/') + 1));
    }

    private static Head head(String target) {
        byte[] bytes = target.getBytes(StandardCharsets.ISO_8859_1);
        var head = new Head();
        System.arraycopy(bytes, 0, head.block(bytes.length), 0, bytes.length);
        int query = target.indexOf('?');
        head.target(0, bytes.length, query < 0 ? bytes.length : query);
        return head;
    }

    private static String plainly(String path) {
        String decoded = Pattern.compile("%(..)").matcher(path).replaceAll(match -> {
            char c = (char) Integer.parseInt(match.group(1), 16);
            return c < 0x7f && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)
                    ? String.valueOf(c)
                    : "%" + match.group(1).toUpperCase(Locale.ROOT);
        });
        List<String> segments = new ArrayList<>(List.of(decoded.substring(1).split("/", -1)));
        if (segments.stream().anyMatch(segment -> segment.matches("\\.\\.?;.*")
                || segment.matches("(.*%(2F|5C))?\\.\\.?(;.*|%(2F|5C).*)?") && segment.contains("%"))) {
            return null;
        }
        var kept = new ArrayDeque<String>();
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean dots = segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                kept.pollLast();
            }
            if (!dots || i == segments.size() - 1) {
                kept.add(dots ? "" : segment);
            }
        }
        return "/" + String.join("/", kept);
    }
}
