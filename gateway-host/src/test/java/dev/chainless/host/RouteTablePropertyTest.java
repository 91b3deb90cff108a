package dev.chainless.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.config.HostPattern;
import dev.chainless.config.PathPattern;
import dev.chainless.config.RouteMatch;
import dev.chainless.config.ValueMatch;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The table finds what a look at every route finds. */
class RouteTablePropertyTest {
    private static final String[] HOSTS = {"a", "b", "a.b", "c.a.b", "x-1.c.a.b", "aa.b", "[::1]", "10.0.0.1"};
    private static final String[] WILDCARDS = {"*.b", "*.a.b", "*.c.a.b"};
    private static final String[] SEGMENTS =
            {"a", "b", "", "ab", "eight-by", "nine-byte", "a-segment-of-more-than-sixteen", "%2F", "..."};
    private static final String[] METHODS = {"GET", "POST", "BREW"};

    @Property(tries = 3000)
    void findsWhatALookAtEveryRouteFinds(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int count) {
        var random = new Random(seed);
        var routes = new ArrayList<RouteTable.Entry<Integer>>();
        for (int i = 0; i < count; i++) {
            routes.add(new RouteTable.Entry<>(match(random), i));
        }
        var table = RouteTable.compile(routes);
        for (int i = 0; i < 50; i++) {
            Head request = request(random);
            List<RouteTable.Entry<Integer>> expected = look(routes, request);
            assertEquals(expected, table.explain(request), () -> request + " among " + routes);
            Integer first = expected.isEmpty() ? null : expected.getFirst().target();
            assertEquals(first, table.match(request));
        }
    }

    private static RouteMatch match(Random random) {
        List<HostPattern> hosts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            hosts.add(HostPattern.parse(pick(random, random.nextBoolean() ? HOSTS : WILDCARDS)));
        }
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(4), n = 0; n < i; n++) {
            path.append('/').append(random.nextInt(4) == 0 ? "{v" + n + "}" : pick(random, SEGMENTS));
        }
        path.append(path.isEmpty() || random.nextBoolean() ? "/*" : "");
        List<String> methods = random.nextInt(4) == 0 ? List.of(pick(random, METHODS)) : List.of();
        return new RouteMatch(hosts, PathPattern.parse(path.toString()), methods, values(random, "x-"),
                values(random, "q"));
    }

    private static Map<String, ValueMatch> values(Random random, String name) {
        return random.nextInt(4) == 0 ? Map.of(name + random.nextInt(2), value(random)) : Map.of();
    }

    private static ValueMatch value(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new ValueMatch.Exact("v1");
            case 1 -> new ValueMatch.Prefix("v");
            case 2 -> new ValueMatch.Suffix("1");
            case 3 -> new ValueMatch.Contains(" ");
            case 4 -> new ValueMatch.Regex("v[0-9]?");
            default -> new ValueMatch.Present(random.nextBoolean());
        };
    }

    private static Head request(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(4) + 1; i > 0; i--) {
            path.append('/').append(pick(random, SEGMENTS));
        }
        if (random.nextInt(3) == 0) {
            path.append("?q0=").append(pick(random, "v1", "v", "%761", "a+b", "")).append("&q1&%710=2");
        }
        var head = new Head();
        head.target(path.toString());
        if (random.nextInt(10) > 0) {
            String host = pick(random, HOSTS);
            host = random.nextInt(4) == 0 && !host.startsWith("[") ? host.toUpperCase(Locale.ROOT) + "." : host;
            head.authority(random.nextInt(4) == 0 ? host + ":8080" : host);
        }
        head.method(pick(random, METHODS));
        for (int i = random.nextInt(3); i > 0; i--) {
            head.add(FieldName.of("X-" + random.nextInt(2)), pick(random, "v1", "v", "", "a b"));
        }
        return head;
    }

    private static String pick(Random random, String... from) {
        return from[random.nextInt(from.length)];
    }

    // ---- the oracle: every route, by strings

    private record Fit(RouteTable.Entry<Integer> entry, int host, String path, int conditions) {}

    private static List<RouteTable.Entry<Integer>> look(List<RouteTable.Entry<Integer>> routes, Head request) {
        List<Fit> fits = new ArrayList<>();
        for (RouteTable.Entry<Integer> route : routes) {
            RouteMatch match = route.match();
            int host = host(match.host(), request.authority());
            Optional<String> path = path(match.path(), request.path());
            if (host >= 0 && path.isPresent()
                    && (match.method().isEmpty() || match.method().contains(request.method()))
                    && match.headers().entrySet().stream()
                            .allMatch(e -> test(e.getValue(), fields(request, e.getKey())))
                    && match.query().entrySet().stream()
                            .allMatch(e -> test(e.getValue(), parameters(request, e.getKey())))) {
                int conditions = match.headers().size() + match.query().size() + (match.method().isEmpty() ? 0 : 1);
                fits.add(new Fit(route, host, path.get(), conditions));
            }
        }
        fits.sort(Comparator.comparingInt(Fit::host).thenComparing(Fit::path).thenComparingInt(Fit::conditions)
                .reversed());
        return fits.stream().map(Fit::entry).toList();
    }

    /** {@return how specific the best of these hosts is, -1 if none fits} */
    private static int host(List<HostPattern> patterns, String authority) {
        String host = authority.toLowerCase(Locale.ROOT).replaceFirst("(?<=[^:]|\\]):[0-9]+$", "")
                .replaceFirst("\\.$", "");
        int best = patterns.isEmpty() ? 0 : -1;
        for (HostPattern pattern : patterns) {
            String text = pattern.toString();
            if (text.equals(host)) {
                best = Math.max(best, 1000);
            } else if (pattern.wildcard() && host.endsWith(text.substring(1)) && !host.equals(text.substring(1))) {
                best = Math.max(best, text.length());
            }
        }
        return best;
    }

    /** {@return a text that sorts behind that of a less specific pattern} */
    private static Optional<String> path(PathPattern pattern, String path) {
        List<String> segments = Arrays.asList(path.substring(1).split("/", -1));
        List<PathPattern.Segment> expected = pattern.segments();
        if (segments.size() < expected.size() || segments.size() > expected.size() && !pattern.prefix()) {
            return Optional.empty();
        }
        var rank = new StringBuilder();
        for (int i = 0; i < expected.size(); i++) {
            boolean capture = expected.get(i).capture();
            if (capture ? segments.get(i).isEmpty() : !segments.get(i).equals(expected.get(i).text())) {
                return Optional.empty();
            }
            rank.append(capture ? 'b' : 'c');
        }
        return Optional.of(rank.append(pattern.prefix() ? 'a' : 'd').toString());
    }

    private static boolean test(ValueMatch match, List<String> values) {
        return switch (match) {
            case ValueMatch.Exact(String exact) -> values.contains(exact);
            case ValueMatch.Prefix(String prefix) -> values.stream().anyMatch(value -> value.startsWith(prefix));
            case ValueMatch.Suffix(String suffix) -> values.stream().anyMatch(value -> value.endsWith(suffix));
            case ValueMatch.Contains(String contains) -> values.stream().anyMatch(value -> value.contains(contains));
            case ValueMatch.Regex(String regex) -> values.stream().anyMatch(value -> value.matches(regex));
            case ValueMatch.Present(boolean present) -> values.isEmpty() != present;
        };
    }

    private static List<String> fields(Head request, String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < request.places(); i++) {
            if (request.live(i) && request.name(i).equalsIgnoreCase(name)) {
                values.add(request.value(i));
            }
        }
        return values;
    }

    private static List<String> parameters(Head request, String name) {
        if (request.query() == null) {
            return Collections.emptyList();
        }
        List<String> values = new ArrayList<>();
        for (String pair : Objects.requireNonNull(request.query()).split("&")) {
            String[] parts = pair.split("=", 2);
            if (URLDecoder.decode(parts[0], UTF_8).equals(name)) {
                values.add(parts.length == 1 ? ""
                        : URLDecoder.decode(parts[1], UTF_8));
            }
        }
        return values;
    }
}
