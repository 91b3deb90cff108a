package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostAndPathPatternTest {
    @Test
    void hostsAreNamesWildcardsOrAddresses() {
        assertEquals(new HostPattern("api.example.org", false), HostPattern.parse("API.example.org"));
        assertEquals(new HostPattern("example.org", true), HostPattern.parse("*.example.org"));
        assertEquals(new HostPattern("::1", false), HostPattern.parse("[::1]"));
        for (String text : List.of("api.example.org", "*.example.org", "[::1]", "127.0.0.1")) {
            assertEquals(text, HostPattern.parse(text).toString());
        }
        for (String wrong : List.of("", "*", "*.", "a.*", "a:80", "a b", ".a", "a.", "http://a")) {
            assertThrows(IllegalArgumentException.class, () -> HostPattern.parse(wrong), wrong);
        }
    }

    @Test
    void pathsAreExactPrefixesOrHaveSegmentsOfAnyText() {
        assertTrue(PathPattern.parse("/a/b").exact());
        assertFalse(PathPattern.parse("/a/{b}").exact());
        assertEquals(List.of(), PathPattern.parse("/*").segments());
        assertTrue(PathPattern.parse("/*").prefix());
        assertEquals(List.of(new PathPattern.Segment("v1", false), new PathPattern.Segment("id", true)),
                PathPattern.parse("/v1/{id}/*").segments());
        for (String text : List.of("/", "/a", "/a/", "/a/*", "/*", "/{x}/b/{y}/*", "/a//b")) {
            assertEquals(text, PathPattern.parse(text).toString());
        }
        for (String wrong : List.of("", "a", "*", "/a*", "/*/a", "/a/{}", "/a{b}", "/{a}/{a}", "/a?b", "/a b", "/a/..",
                "/a/./b", "/\u00fc")) {
            assertThrows(IllegalArgumentException.class, () -> PathPattern.parse(wrong), wrong);
        }
    }
}
