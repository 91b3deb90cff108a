package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.HostPattern;
import dev.chainless.config.PathPattern;
import dev.chainless.config.RouteMatch;
import dev.chainless.config.ValueMatch;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private final List<RouteTable.Entry<String>> routes = new ArrayList<>();

    @Test
    void theMoreSpecificPathWins() {
        route("all", "/*");
        route("v1", "/v1/*");
        route("whole", "/v1/users");
        route("one", "/v1/users/{id}");
        route("me", "/v1/users/me");
        route("files", "/v1/users/{id}/files/*");
        var table = RouteTable.compile(routes);
        assertEquals("whole", table.match(get("/v1/users")));
        assertEquals("v1", table.match(get("/v1/users/")));
        assertEquals("me", table.match(get("/v1/users/me")));
        assertEquals("one", table.match(get("/v1/users/you")));
        assertEquals("files", table.match(get("/v1/users/me/files/a/b")));
        assertEquals("v1", table.match(get("/v1/users/me/other")));
        assertEquals("v1", table.match(get("/v1")));
        assertEquals("all", table.match(get("/v10")));
        assertEquals("all", table.match(get("/")));
        var star = new Head();
        star.block(1)[0] = '*';
        star.target(0, 1, 1);
        assertEquals("all", table.match(star));
        assertEquals("all", table.match(new Head()));
    }

    @Test
    void aPatternIsComparedInNormalForm() {
        route("home", "/%7Euser/caf%c3%a9");
        var table = RouteTable.compile(routes);
        assertEquals("home", table.match(get("/~user/caf%C3%A9")));
    }

    @Test
    void aPatternThatNoRequestCanHaveIsRefused() {
        route("bad", "/a%zz");
        var e = assertThrows(IllegalArgumentException.class, () -> RouteTable.compile(routes));
        assertEquals("the path \"/a%zz\" matches nothing: no request has \"a%zz\" in its path", e.getMessage());
    }

    @Test
    void anEmptyTableTakesNothing() {
        assertNull(RouteTable.compile(routes).match(get("/")));
    }

    @Test
    void aRegularExpressionThatNeverEndsDoesNotMatch() {
        var match = new RouteMatch(List.of(), PathPattern.parse("/*"), List.of(),
                Map.of("x", new ValueMatch.Regex("(a|aa)+(a|aa)+(a|aa)+b")), Map.of());
        routes.add(new RouteTable.Entry<>(match, "slow"));
        Head request = get("/");
        request.add(FieldName.of("x"), "a".repeat(200));
        assertNull(RouteTable.compile(routes).match(request));
    }

    @Test
    void tenThousandRoutesAreFoundAsWellAsTen() {
        for (int i = 0; i < 10_000; i++) {
            routes.add(new RouteTable.Entry<>(new RouteMatch(List.of(HostPattern.parse("h" + i % 100 + ".example.org")),
                    PathPattern.parse("/service-" + i + "/*"), List.of(), Map.of(), Map.of()), "r" + i));
        }
        var table = RouteTable.compile(routes);
        for (int i = 0; i < 10_000; i++) {
            Head request = get("/service-" + i + "/x");
            request.authority("H" + i % 100 + ".example.org:443");
            assertEquals("r" + i, table.match(request));
            assertTrue(table.explain(request).size() == 1);
        }
    }

    private void route(String name, String path) {
        routes.add(new RouteTable.Entry<>(
                new RouteMatch(List.of(), PathPattern.parse(path), List.of(), Map.of(), Map.of()), name));
    }

    private static Head get(String target) {
        var head = new Head();
        head.target(target);
        return head;
    }
}
