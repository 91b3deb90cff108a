package dev.chainless.host;

import dev.chainless.config.ConfigException;
import dev.chainless.spi.config.Durations;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All that the admin server serves, but for plugins that are sent. {@code openapi.json} describes what begins with {@code /api}. */
final class AdminPages {
    /** What {@link AdminUpload} serves, as path and method. */
    static final Map<String, List<HttpMethod>> UPLOADS =
            Map.of("/api/v1/plugins", List.of(HttpMethod.POST, HttpMethod.DELETE),
                    "/api/v1/plugins/{name}", List.of(HttpMethod.POST, HttpMethod.DELETE));

    private static final Duration LONGEST_DRAIN = Duration.ofHours(24);
    private static final Pattern DRAIN = Pattern.compile("\\s*\\{\\s*\"for\"\\s*:\\s*\"([0-9a-z]{1,20})\"\\s*\\}\\s*");

    private final AdminView view;
    private final List<AdminPage> pages = new ArrayList<>();

    AdminPages(AdminView view, MetricRegistry metrics) {
        this.view = view;
        get("/", "what there is", _ -> Answer.text(index()));
        get("/healthz", "200 while the process lives", _ -> Answer.plain(HttpResponseStatus.OK, "ok"));
        get("/readyz", "200 when it takes traffic, else 503 and why", this::ready);
        get("/metrics", "for Prometheus", ask -> {
            String type = MetricRegistry.contentType(ask.accept().isEmpty() ? null : ask.accept());
            return new Answer(HttpResponseStatus.OK, type, metrics.scrape(type));
        });
        get("/api/v1/status", "version, readiness, drain, loops, memory", ask -> {
            AdminView.StatusRow status = view.status();
            return ask.text() ? Answer.text(AdminText.status(status)) : Answer.json(status);
        });
        get("/api/v1/upstreams", "the endpoints of the clusters", ask -> ask.text()
                ? Answer.text(AdminText.upstreams(view.upstreams())) : Answer.json(view.upstreams()));
        get("/api/v1/routes", "which requests go where", ask -> ask.text()
                ? Answer.text(AdminText.routes(view.routes())) : Answer.json(view.routes()));
        slow("/api/v1/routes/match",
                "?method=GET&url=https://...&header=name:value: which route would take it, and why",
                this::match);
        get("/api/v1/traffic", "what routes and endpoints have done, and in what time",
                _ -> Answer.json(view.traffic()));
        get("/api/v1/plugins", "what is loaded; POST a jar to /api/v1/plugins/NAME, DELETE it there", ask -> ask.text()
                ? Answer.text(PluginTable.of(view.plugins())) : Answer.json(view.plugins()));
        get("/api/v1/plugins/{name}", "one of them", this::plugin);
        slow("/api/v1/config", "the configuration in effect, as text/plain in TOML", ask -> ask.text()
                ? Answer.text(ConfigText.toml(view.config())) : Answer.json(view.config()));
        slow("/api/v1/config/diff", "what the file says that is not in effect", this::diff);
        get("/api/v1/openapi.json", "the description of this API", _ -> new Answer(HttpResponseStatus.OK,
                "application/json", description()));
        pages.add(new AdminPage(HttpMethod.POST, "/api/v1/reload",
                "with content-type: application/json reads the configuration again", true,
                ask -> Answer.reload(view, ask.text())));
        pages.add(new AdminPage(HttpMethod.POST, "/api/v1/drain",
                "likewise, {\"for\": \"30s\"}: makes it unready, serves for so long, and stops", true, this::drain));
    }

    private void get(String path, String about, java.util.function.Function<AdminPage.Ask, Answer> answer) {
        pages.add(new AdminPage(HttpMethod.GET, path, about, false, answer));
    }

    private void slow(String path, String about, java.util.function.Function<AdminPage.Ask, Answer> answer) {
        pages.add(new AdminPage(HttpMethod.GET, path, about, true, answer));
    }

    /** {@return all pages} */
    List<AdminPage> all() {
        return List.copyOf(pages);
    }

    /** {@return the page of a path, null if there is none} */
    @Nullable AdminPage find(String path) {
        AdminPage named = null;
        for (AdminPage page : pages) {
            if (page.path().equals(path)) {
                return page;
            }
            if (page.path().endsWith("/{name}") && !name(page, path).isEmpty()) {
                named = page;
            }
        }
        return named;
    }

    /** {@return the text of a path that stands for {@code {name}}, empty if there is none} */
    static String name(AdminPage page, String path) {
        int open = page.path().indexOf('{');
        return open > 0 && path.startsWith(page.path().substring(0, open)) && path.indexOf('/', open) < 0
                ? path.substring(open) : "";
    }

    private String index() {
        StringBuilder text = new StringBuilder("Chainless\n\n");
        pages.stream().filter(page -> !page.path().equals("/") && !page.path().contains("{")).forEach(page -> text
                .append(String.format("%-5s %-21s %s%n", page.method(), page.path(), page.about())));
        return text.toString();
    }

    static String description() {
        try (InputStream in = Objects.requireNonNull(AdminPages.class.getResourceAsStream("openapi.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e); // it is in this jar
        }
    }

    private Answer ready(AdminPage.Ask ask) {
        List<String> reasons = view.unreadiness();
        return reasons.isEmpty() ? Answer.plain(HttpResponseStatus.OK, "ready")
                : Answer.plain(HttpResponseStatus.SERVICE_UNAVAILABLE,
                        ask.trusted() ? String.join("\n", reasons) : "not ready");
    }

    private Answer plugin(AdminPage.Ask ask) {
        List<AdminView.PluginRow> rows = view.plugins().stream().filter(row -> row.name().equals(ask.name())).toList();
        return rows.isEmpty() ? Answer.plain(HttpResponseStatus.NOT_FOUND, "The configuration names no such plugin.")
                : Answer.json(rows);
    }

    private Answer match(AdminPage.Ask ask) {
        String method = ask.parameter("method").isEmpty() ? "GET" : ask.parameter("method");
        try {
            List<AdminView.MatchRow> rows = view.match(method, ask.parameter("url"),
                    ask.query().getOrDefault("header", List.of()));
            return ask.text() ? Answer.text(AdminText.matches(rows)) : Answer.json(rows);
        } catch (IllegalArgumentException e) {
            return Answer.plain(HttpResponseStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private Answer diff(AdminPage.Ask ask) {
        try {
            AdminView.DiffRow diff = view.diff();
            return ask.text() ? Answer.text(AdminText.diff(diff)) : Answer.json(diff);
        } catch (ConfigException e) {
            return Answer.refused(e, ask.text());
        } catch (StartException e) {
            return Answer.refused(e, ask.text());
        }
    }

    private Answer drain(AdminPage.Ask ask) {
        Matcher body = DRAIN.matcher(ask.body());
        Duration time;
        try {
            time = Durations.parse(body.matches() ? body.group(1) : "");
        } catch (IllegalArgumentException e) {
            time = LONGEST_DRAIN.plusDays(1);
        }
        if (time.isNegative() || time.compareTo(LONGEST_DRAIN) > 0) {
            return Answer.plain(HttpResponseStatus.BAD_REQUEST,
                    "Say for how long, at most 24h, as {\"for\": \"30s\"}.");
        }
        String stops = view.drain(time);
        if (stops.isEmpty()) {
            return Answer.plain(HttpResponseStatus.CONFLICT, "It drains already, and that cannot be undone or changed: "
                    + view.status().reasons().getFirst() + ". SIGTERM lets it stop at once.");
        }
        return ask.text()
                ? Answer.plain(HttpResponseStatus.OK, "Not ready from now on; serves until " + stops + ", then stops.")
                : Answer.json(Map.of("stops-at", stops));
    }
}
