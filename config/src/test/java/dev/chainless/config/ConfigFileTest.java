package dev.chainless.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    private static final String LISTENER = "[listeners.web]\nlisten = '127.0.0.1:8080'\n";

    @TempDir
    Path folder;

    @Test
    void loadsTheQuickstart() {
        GatewayConfig config = ConfigFile.load(Path.of("samples", "quickstart.toml"));
        assertEquals(Set.of("demo"), config.clusterNames());
        RouteConfig route = config.routes().getFirst();
        assertEquals("rate-limit", config.stage(route.stages().get(0)).use());
        assertEquals("headers", config.stage(route.stages().get(1)).use());
        assertEquals("other", config.stage(new NamedStage("other", Position.none())).use());
    }

    @Test
    void loadsTheProductionSample() {
        GatewayConfig config = ConfigFile.load(Path.of("samples", "production.toml"));
        assertEquals(5, config.routes().size() + 1);
        assertEquals(7, config.routes().getFirst().match().headers().size());
        assertInstanceOf(RouteTarget.Redirected.class, config.routes().get(2).to());
    }

    @Test
    void theProductionSampleShowsEveryKey() throws IOException {
        String text = Files.readString(Path.of("samples", "production.toml"));
        KeysOf.everyKey(GatewayConfig.class).forEach((key, owner) -> assertTrue(
                text.matches("(?s).*(^|[\\s{.\\[\"])" + key + "(\\s*=|[.\\]]).*"),
                () -> "production.toml does not show \"" + key + "\" of " + owner.getSimpleName()));
    }

    @Test
    void theSampleWritesTheDefaults() {
        GatewayConfig sample = ConfigFile.load(Path.of("samples", "production.toml"));
        ListenerConfig web = sample.listeners().get("web");
        ClusterConfig app = sample.clusters().get("app");
        GatewayConfig defaults = GatewayConfig.builder()
                .runtime(r -> r.set("plugins-directory", sample.runtime().pluginsDirectory().orElseThrow())
                        .set("state-directory", sample.runtime().stateDirectory().orElseThrow()))
                .pluginPolicy(p -> p.set("certificate", sample.pluginPolicy().certificate().orElseThrow()))
                .admin(a -> a.set("token-file", sample.admin().tokenFile().orElseThrow()))
                .listener("web", l -> l.set("listen", web.listen()).set("http", web.settings())
                        .set("stages", List.of("access-log")))
                .cluster("app", c -> c.set("http", app.settings()).set("endpoints", List.of("10.0.0.1:8080",
                        Map.of("address", "10.0.0.2:8080", "weight", 2))))
                .build();
        assertEquals(defaults.runtime(), sample.runtime());
        assertEquals(defaults.admin(), sample.admin());
        assertEquals(defaults.demo(), sample.demo());
        assertEquals(defaults.pluginPolicy(), sample.pluginPolicy());
        assertEquals(defaults.listeners().get("web"), web);
        assertEquals(defaults.clusters().get("app"), app);
    }

    @Test
    void anAdminServerThatOthersReachNeedsAToken() {
        for (String open : List.of("0.0.0.0:9901", "[::]:9901", "10.0.0.1:9901", "gateway.example.org:9901")) {
            String toml = LISTENER + "[admin]\nlisten = \"" + open + "\"\n";
            String message =
                    assertThrows(ConfigException.class, () -> ConfigFile.parse(toml, Path.of("g.toml"))).getMessage();
            assertTrue(message.contains("other machines could use the admin server at " + open), message);
            assertEquals(open,
                    ConfigFile.parse(toml + "token-file = \"t\"\n", Path.of("g.toml")).admin().listen().toString());
        }
        for (String closed : List.of("127.0.0.1:1", "[::1]:1", "localhost:1", "unix:/run/c/admin.sock")) {
            assertEquals(closed,
                    ConfigFile.parse(LISTENER + "[admin]\nlisten = \"" + closed + "\"\n", Path.of("g.toml")).admin()
                            .listen().toString());
        }
        for (String wrong : List.of("listen = \"unix:admin.sock\"", "socket-mode = \"rw\"", "socket-owner = \":\"")) {
            assertThrows(ConfigException.class,
                    () -> ConfigFile.parse(LISTENER + "[admin]\n" + wrong + "\n", Path.of("g.toml")));
        }
    }

    @Test
    void codeAndFileMakeTheSame() {
        GatewayConfig code = GatewayConfig.builder()
                .listener("web", l -> l.set("listen", "127.0.0.1:8080"))
                .cluster("app", c -> c.set("endpoints", List.of("a:1")))
                .stage("limit", s -> s.set("use", "rate-limit").set("rate", "1/s"))
                .route("all", r -> r.set("to", "app").set("stages", List.of("limit", Map.of("use", "x"))))
                .build();
        assertEquals(ConfigFile.parse(LISTENER + """
                [clusters.app]
                endpoints = "a:1"
                [stages.limit]
                use = "rate-limit"
                rate = "1/s"
                [[routes]]
                name = "all"
                to = "app"
                stages = ["limit", { use = "x" }]
                """, Path.of("g.toml")), code);
        assertNotEquals(code, ConfigFile.parse(LISTENER, Path.of("g.toml")));
        assertEquals("(code): listeners: missing, a gateway needs at least one listener: [listeners.web] with listen = "
                + "\"0.0.0.0:8080\"", assertThrows(ConfigException.class, GatewayConfig.builder()::build).getMessage());
    }

    @Test
    void includesFilesInOrder() throws IOException {
        write("b.toml", "[[routes]]\nname = 'b'\nto = 'x'");
        write("a.toml", "[[routes]]\nname = 'a'\nto = 'x'\n[clusters.x]\nendpoints = ['x:1']\n[stages.s]\nuse = 'q'");
        write(".swp.toml", "= =");
        write("note.txt", "= =");
        for (String include : List.of("routes.d", "routes.d/*.toml", "routes.d/*")) {
            GatewayConfig config = ConfigFile.load(
                    main("include = ['" + include + "', 'routes.d/a.toml']\n" + LISTENER));
            assertEquals(List.of("a", "b"), config.routes().stream().map(RouteConfig::name).toList());
            assertEquals(Set.of("x"), config.clusters().keySet());
            assertEquals(Set.of("s"), config.stages().keySet());
        }
    }

    @Test
    void tellsTheProblemsOfIncludedFilesToo() throws IOException {
        write("a.toml", "[listeners.x]\nlisten = 'a:1'\n"
                + "[[routes]]\nname = 'r'\nto = 'y'\n[clusters.x]\nendpoints = []");
        write("b.toml", "a = \nb = ]");
        Path main = main("include = ['routes.d', 'no/*.toml', 'no.toml']\n" + LISTENER
                + "[clusters.x]\nendpoints = ['a:1']\n[[routes]]\nname = 'r'\nto = 'x'");
        assertProblems(main,
                "gateway.toml:1:24: include: the folder \"FOLDER/no\" cannot be read: there is no such folder",
                "gateway.toml:1:37: include: there is no file \"FOLDER/no.toml\"",
                "routes.d/a.toml:1:1: listeners: unknown key; there is \"clusters\", \"stages\", \"routes\"",
                "routes.d/a.toml:4:1: routes[0].name: \"r\" is already defined at FOLDER/gateway.toml:7:1",
                "routes.d/a.toml:5:1: routes[0].to: unknown cluster \"y\"; there is \"x\"",
                "routes.d/a.toml:6:1: clusters.x: \"x\" is already defined at FOLDER/gateway.toml:4:1",
                "routes.d/a.toml:6:1: clusters.x: a cluster needs at least one endpoint, or discovery: "
                        + "endpoints = [\"10.0.0.1:8080\"]",
                "routes.d/b.toml:1:5: not TOML: unexpected end of line, expected a value",
                "routes.d/b.toml:2:5: not TOML: unexpected ']', expected a value");
    }

    @Test
    void checksTls() throws IOException {
        assertProblems(main("""
                [tls]
                groups = ["X25519MLKEM76", "P-256"]
                [listeners.a]
                listen = "127.0.0.1:80"
                [listeners.a.tls]
                client-certificates = "optional"
                folder = "x"
                [listeners.b]
                listen = "127.0.0.1:81"
                tls = {}
                [clusters.c]
                endpoints = ["a:1"]
                [clusters.c.tls]
                key = "x.key"
                [clusters.d]
                endpoints = ["a:1"]
                tls = { pins = ["sha256/abc"] }
                """),
                "gateway.toml:2:11: tls.groups[0]: expected a group: X25519MLKEM768, X25519, P-256, P-384, P-521, did you "
                        + "mean \"X25519MLKEM768\"?, found the string \"X25519MLKEM76\"",
                "gateway.toml:5:1: listeners.a.tls: client certificates need client-ca, a file with the certificates of "
                        + "those who sign them",
                "gateway.toml:10:1: listeners.b.tls: TLS needs at least one certificate: certificates = [{ certificate = "
                        + "\"example.org.pem\", key = \"example.org.key\" }], or a folder",
                "gateway.toml:13:1: clusters.c.tls: certificate and key go together, one of them is missing",
                "gateway.toml:17:17: clusters.d.tls.pins[0]: expected a pin such as "
                        + "\"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\", found the string \"sha256/abc\"");
    }

    @Test
    void checksWhatSeveralTablesMustAgreeOn() throws IOException {
        assertProblems(main("""
                [demo]
                enabled = true
                [listeners.a]
                listen = "127.0.0.1:9901"
                [listeners.b]
                listen = "127.0.0.1:80"
                [listeners.c]
                listen = "127.0.0.1:80"
                tcp = {}
                [clusters.demo]
                endpoints = ["a:1"]
                [clusters."a b"]
                endpoints = ["a:1"]
                [[routes]]
                name = "r"
                listeners = ["d"]
                to.weighted = [{ cluster = "dmeo" }]
                """),
                "gateway.toml:2:1: demo.enabled: the cluster \"demo\" is also defined under [clusters]",
                "gateway.toml:9:1: listeners.c.tcp: unknown key; there is \"listen\", \"protocol\", \"stages\", "
                        + "\"backlog\", \"max-connections\", \"tls\", \"quic\", \"http\"",
                "gateway.toml:12:1: clusters.\"a b\": expected a name of up to 100 letters, digits, \"_\", \"-\" and "
                        + "\".\", found the string \"a b\"",
                "gateway.toml:16:14: routes[0].listeners[0]: unknown listener \"d\"; there is \"a\", \"b\", \"c\"",
                "gateway.toml:17:18: routes[0].to.weighted[0].cluster: unknown cluster \"dmeo\", "
                        + "did you mean \"demo\"?");
        assertProblems(main("""
                [listeners.a]
                listen = "127.0.0.1:9901"
                [listeners.b]
                listen = "127.0.0.1:0"
                [listeners.c]
                listen = "127.0.0.1:0"
                """),
                "gateway.toml:2:1: listeners.a.listen: 127.0.0.1:9901 is the address of the admin server already");
    }

    @Test
    void tellsWhatCannotBeRead() throws IOException {
        Path absent = folder.resolve("absent.toml");
        assertProblems(absent, "absent.toml: there is no such file");
        assertProblems(folder, ": the file cannot be read: it is a folder");
        Path latin = folder.resolve("latin.toml");
        Files.write(latin, "# fine\na = 'ü'".getBytes(StandardCharsets.ISO_8859_1));
        assertProblems(latin, "latin.toml:2:6: not UTF-8");
        assertEquals(1, ConfigFile.load(main("\uFEFF" + LISTENER)).listeners().size());
    }

    @Test
    void nestingAndSizeAreBounded() {
        for (String text : List.of("a = " + "[".repeat(100_000), "a" + ".a".repeat(50_000) + " = 1",
                "a = " + "{a=".repeat(50_000))) {
            assertThrows(ConfigException.class, () -> ConfigFile.parse(text, Path.of("deep.toml")));
        }
    }

    private Path main(String text) throws IOException {
        return Files.writeString(folder.resolve("gateway.toml"), text);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("routes.d")).resolve(name), text);
    }

    private void assertProblems(Path file, String... problems) {
        String message = assertThrows(ConfigException.class, () -> ConfigFile.load(file)).getMessage();
        assertEquals(String.join("\n", problems).replace("FOLDER", folder.toString()),
                message.replaceAll("(?m)^" + folder + "/?", ""));
    }
}
