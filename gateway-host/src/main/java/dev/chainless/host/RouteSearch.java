package dev.chainless.host;

import dev.chainless.config.PathPattern;
import dev.chainless.config.RouteConfig;
import dev.chainless.config.RouteMatch;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Says which route would take a request, and what the others ask for in vain. Each condition of a route is tried alone, by the same
 * table that requests are matched with.
 */
final class RouteSearch {
    private static final PathPattern ANY = PathPattern.parse("/*");
    private static final int MOST_CANDIDATES = 20;
    private static final int MOST_HEADERS = 100;

    private final Head request = new Head();
    private final String url;
    private final String scheme;
    private final int port;
    private final boolean pathIsBad;

    /**
     * Makes the request.
     *
     * @param method such as {@code GET}
     * @param url {@code https://host:port/path?query}, or a path alone
     * @param headers {@code name: value} each
     * @throws IllegalArgumentException with a sentence, if this is no request
     */
    RouteSearch(String method, String url, List<String> headers) {
        this.url = url;
        URI uri = uri(url);
        scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        port = uri.getPort();
        request.method(method);
        request.secure(scheme.equals("https"));
        request.version(11);
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        request.target(uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
        if (uri.getRawAuthority() != null) {
            request.authority(uri.getRawAuthority());
        }
        if (headers.size() > MOST_HEADERS) {
            throw new IllegalArgumentException("A request has at most " + MOST_HEADERS + " headers here.");
        }
        headers.forEach(this::header);
        pathIsBad = PathCheck.check(request) == PathCheck.BAD;
    }

    private static URI uri(String url) {
        try {
            URI uri = new URI(url);
            if (!url.startsWith("/") && (uri.getRawAuthority() == null || uri.getScheme() == null
                    || !uri.getScheme().toLowerCase(Locale.ROOT).matches("https?"))) {
                throw new IllegalArgumentException("\"" + url + "\" is no URL such as https://www.example.org/path");
            }
            return uri;
        } catch (java.net.URISyntaxException e) {
            throw new IllegalArgumentException("\"" + url + "\" is no URL: " + e.getReason(), e);
        }
    }

    private void header(String header) {
        int colon = header.indexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("\"" + header + "\" is no header such as \"accept: text/html\"");
        }
        String name = header.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String value = header.substring(colon + 1).strip();
        if (!name.matches("[!#$%&'*+.^_`|~0-9a-z-]+") || !value.matches("[\\t\\x20-\\x7e\\x80-\\xff]*")) {
            throw new IllegalArgumentException("\"" + header + "\" is no header such as \"accept: text/html\"");
        }
        if (name.equals("host")) {
            request.authority(value);
        } else {
            request.add(FieldName.of(name), value);
        }
    }

    /**
     * {@return what each listener that the request could reach would do with it}
     *
     * @param ports where the listeners listen
     * @param target says where a route's requests go
     */
    List<AdminView.MatchRow> search(Generation generation, Map<String, Integer> ports,
            Function<RouteConfig, String> target) {
        List<AdminView.MatchRow> rows = new ArrayList<>();
        new TreeMap<>(generation.listeners()).forEach((name, listener) -> {
            boolean tls = generation.tls().containsKey(name);
            boolean other = scheme.isEmpty() ? false : tls != scheme.equals("https")
                    || (port > 0 && ports.containsValue(port) && !Integer.valueOf(port).equals(ports.get(name)));
            if (!other) {
                rows.add(row(name, listener, target));
            }
        });
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("No listener speaks " + scheme + " where \"" + url + "\" leads");
        }
        return rows;
    }

    private AdminView.MatchRow row(String name, ListenerState listener, Function<RouteConfig, String> target) {
        List<String> fitting = pathIsBad ? List.of()
                : listener.routes().explain(request).stream().map(entry -> entry.target().name()).toList();
        String first = fitting.isEmpty() ? null : fitting.getFirst();
        List<AdminView.CandidateRow> candidates = new ArrayList<>();
        fitting.forEach(route -> candidates.add(new AdminView.CandidateRow(route, true, List.of())));
        List<AdminView.CandidateRow> failing = new ArrayList<>();
        listener.made().values().stream().filter(made -> !fitting.contains(made.config().name()))
                .forEach(made -> failing.add(new AdminView.CandidateRow(made.config().name(), false,
                        failed(made.config().match()))));
        failing.sort(Comparator.comparingInt(row -> row.failed().size())); // stable: the order of the file
        candidates.addAll(failing);
        ListenerState.Made made = first == null ? null : listener.made().get(first);
        return new AdminView.MatchRow(name, Optional.ofNullable(first),
                made == null ? Optional.empty() : Optional.of(target.apply(made.config())),
                pathIsBad ? "the path has an encoding that cannot be meant: 400"
                        : fitting.isEmpty() ? "none of " + listener.made().size() + " routes takes it"
                        : fitting.size() == 1 ? "it is the only one that fits"
                        : "it is the most specific of " + fitting.size()
                                + " that fit: by host, by path, by the number of "
                                + "conditions, by the order in the file",
                candidates.stream().limit(MOST_CANDIDATES).toList());
    }

    private List<String> failed(RouteMatch match) {
        List<String> failed = new ArrayList<>();
        if (!takes(new RouteMatch(match.host(), ANY, List.of(), Map.of(), Map.of()))) {
            failed.add("host is not " + String.join(" or ", match.host().stream().map(Object::toString).toList()));
        }
        if (!takes(new RouteMatch(List.of(), match.path(), List.of(), Map.of(), Map.of()))) {
            failed.add("path is not " + match.path());
        }
        if (!takes(new RouteMatch(List.of(), ANY, match.method(), Map.of(), Map.of()))) {
            failed.add("method is not " + String.join(" or ", match.method()));
        }
        match.headers().forEach((name, test) -> {
            if (!takes(new RouteMatch(List.of(), ANY, List.of(), Map.of(name, test), Map.of()))) {
                failed.add("header " + name + " is not as asked");
            }
        });
        match.query().forEach((name, test) -> {
            if (!takes(new RouteMatch(List.of(), ANY, List.of(), Map.of(), Map.of(name, test)))) {
                failed.add("query parameter " + name + " is not as asked");
            }
        });
        return failed;
    }

    private boolean takes(RouteMatch match) {
        return !pathIsBad && RouteTable.compile(List.of(new RouteTable.Entry<>(match, true))).match(request) != null;
    }
}
