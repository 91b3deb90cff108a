import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Puts the distribution together, run by the build with the JDK that it is made of: the trimmed runtime, the module
 * path, the plugins, launcher, samples, completion and systemd unit; then, if asked, the AOT cache and the tarball.
 *
 * <p>Every file gets one fixed time before the training run, since the JVM refuses an AOT cache when a jar's time differs
 * from what it was in training.
 */
final class Assemble {
    /**
     * What the program needs, and what plugins' libraries commonly require, for a module that isn't in the boot layer
     * can't be added later. java.sql (for java.sql.Date in mappers) and java.xml are 4 MB together; java.net.http is left out,
     * since plugins send requests by the host's clients; jdk.jcmd is there for thread dumps and flight recordings.
     */
    private static final String MODULES = "java.base,java.logging,java.management,java.naming,java.sql,java.xml,"
            + "jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs";

    private static final List<String> LINK_OPTIONS = List.of("--add-modules", MODULES, "--strip-debug",
            "--no-header-files", "--no-man-pages", "--compress", "zip-6");
    /**
     * The providers of java.base, which are all that the runtime is to have. jlink leaves the whole JDK's in the list, and for
     * each one that is not there the JDK makes every other provider that it finds on the module path, Bouncy Castle's too.
     */
    private static final Pattern OTHER_PROVIDER =
            Pattern.compile("security\\.provider\\.\\d+=(?!(SUN|SunRsaSign|SunEC|SunJSSE|SunJCE)$).*");

    private final Path module;
    private final Path target;
    private final Path home;
    private final String version;
    private final String arch;
    private final FileTime time;

    private Assemble(Path module, String version, String arch, Instant time) {
        this.module = module;
        this.target = module.resolve("target");
        this.home = target.resolve("chainless-" + version);
        this.version = version;
        this.arch = arch;
        this.time = FileTime.from(time);
    }

    /** Arguments: the distribution module's folder, version, architecture, time of every file, whether to train and pack. */
    public static void main(String[] arguments) throws Exception {
        var assemble = new Assemble(Path.of(arguments[0]), arguments[1], arguments[2], Instant.parse(arguments[3]));
        boolean whole = Boolean.parseBoolean(arguments[4]);
        try {
            assemble.linkRuntime();
            assemble.layOut();
            assemble.generateCompletion();
            assemble.fixTimes();
            if (whole) {
                new Training(assemble.home, assemble.module, assemble.target).run();
                assemble.fixTimes();
                assemble.pack();
            }
        } catch (BuildFailure e) {
            System.err.println("distribution: " + e.getMessage());
            System.exit(1);
        }
    }

    /** Links the runtime, unless the one that is there was linked from the same JDK in the same way. */
    private void linkRuntime() throws Exception {
        var runtime = home.resolve("runtime");
        var mark = target.resolve("runtime.mark");
        var jdk = Path.of(System.getProperty("java.home"));
        var wanted = Files.readString(jdk.resolve("release")) + LINK_OPTIONS + OTHER_PROVIDER;
        if (Files.exists(runtime.resolve("bin/java")) && Files.exists(mark) && Files.readString(mark).equals(wanted)) {
            return;
        }
        Files.deleteIfExists(mark);
        deleteTree(runtime);
        Files.createDirectories(home);
        var command = new ArrayList<>(List.of(jdk.resolve("bin/jlink").toString(), "--output", runtime.toString()));
        command.addAll(LINK_OPTIONS);
        execute(command, "jlink made no runtime of " + jdk);
        var security = runtime.resolve("conf/security/java.security");
        Files.write(security, Files.readAllLines(security).stream()
                .filter(line -> !OTHER_PROVIDER.matcher(line).matches()).toList());
        Files.writeString(mark, wanted);
    }

    private void layOut() throws IOException {
        try (var entries = Files.list(home)) {
            for (var entry : entries.filter(entry -> !entry.endsWith("runtime")).toList()) {
                deleteTree(entry);
            }
        }
        copyTree(target.resolve("lib"), home.resolve("lib"));
        var jar = "chainless-distribution-" + version + ".jar";
        copy(target.resolve(jar), home.resolve("lib").resolve(jar));
        copy(module.resolve("src/main/launcher/jvm.options"), home.resolve("lib/jvm.options"));
        copyPlugins();
        var launcher = home.resolve("bin/chainless");
        copy(module.resolve("src/main/launcher/chainless"), launcher);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        copyTree(module.resolve("src/main/systemd"), home.resolve("systemd"));
        var samples = module.resolveSibling("config").resolve("samples");
        Files.createDirectories(home.resolve("config"));
        if (Files.isDirectory(samples)) {
            copyTree(samples, home.resolve("config"));
        }
        copy(module.resolveSibling("LICENSE"), home.resolve("LICENSE"));
        Files.writeString(home.resolve("README.txt"), Files.readString(module.resolve("src/main/launcher/README.txt"))
                .replace("@VERSION@", version).replace("@ARCH@", arch));
    }

    /** A plugin's jar is found by the plugin's name; one with private dependencies is a folder of that name, with them. */
    private void copyPlugins() throws IOException {
        var prefix = "chainless-plugin-";
        var suffix = "-" + version + ".jar";
        try (var jars = Files.list(target.resolve("plugins"))) {
            for (var jar : jars.toList()) {
                var file = jar.getFileName().toString();
                if (file.startsWith(prefix) && file.endsWith(suffix)) {
                    var name = file.substring(prefix.length(), file.length() - suffix.length());
                    var own = target.resolve("plugins").resolve(name);
                    var place = home.resolve("plugins");
                    if (Files.isDirectory(own)) {
                        place = place.resolve(name);
                        copyTree(own, place);
                    }
                    copy(jar, place.resolve(name + ".jar"));
                }
            }
        }
    }

    private void generateCompletion() throws Exception {
        var script = home.resolve("completion/chainless.bash");
        Files.createDirectories(script.getParent());
        execute(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp", home.resolve("lib") + "/*",
                "picocli.AutoComplete", "--force", "--name", "chainless", "--completionScript", script.toString(),
                "dev.chainless.cli.Main"), "picocli wrote no completion script");
    }

    private void fixTimes() throws IOException {
        Files.walkFileTree(home, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!attributes.isSymbolicLink()) {
                    Files.setLastModifiedTime(file, time);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.setLastModifiedTime(folder, time);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void pack() throws Exception {
        var tarball = target.resolve("chainless-" + version + "-linux-" + arch + ".tar.gz");
        Files.deleteIfExists(tarball);
        execute(List.of("tar", "--create", "--file", tarball.toString(), "--use-compress-program", "gzip -n -6",
                "--directory", target.toString(), "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
                home.getFileName().toString()), "tar packed nothing");
        var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(tarball));
        Files.writeString(Path.of(tarball + ".sha256"),
                HexFormat.of().formatHex(digest) + "  " + tarball.getFileName() + "\n");
    }

    static void execute(List<String> command, String failure) throws Exception {
        var process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new BuildFailure(failure + ": `" + String.join(" ", command) + "` did not end within 5 minutes");
        }
        if (process.exitValue() != 0) {
            throw new BuildFailure(failure + ": `" + String.join(" ", command) + "` ended with " + process.exitValue());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (var path : paths.filter(Files::isRegularFile).toList()) {
                copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** What the person who builds must know; shown without a stack trace. */
    static final class BuildFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        BuildFailure(String message) {
            super(message);
        }
    }
}

/**
 * The run that the AOT cache is made from. The JVM writes the cache when the program ends, and archives the classes that it
 * loaded and linked, so the program does what it does in production: it loads every plugin and serves requests of all kinds.
 */
final class Training {
    private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) \\(web\\)");
    private static final Pattern SECURE = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) \\(secure\\)");
    private static final Pattern ADMIN = Pattern.compile("Admin on 127\\.0\\.0\\.1:(\\d+)");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path home;
    private final Path cache;
    private final Path sample;
    private final Path file;
    private final Path log;

    Training(Path home, Path module, Path target) {
        this.home = home;
        this.cache = home.resolve("lib/chainless.aot");
        this.sample = module.resolve("src/main/build/training.toml");
        this.file = target.resolve("training/training.toml");
        this.log = target.resolve("training.log");
    }

    void run() throws Exception {
        var trusted = makeCertificate();
        var gateway = launch("-XX:AOTCacheOutput=" + cache, "run", file.toString());
        try {
            int port = port(gateway, LISTENING);
            int admin = port(gateway, ADMIN);
            sendRequests(port, admin);
            sendSecurely(port(gateway, SECURE), trusted);
            gateway.destroy();
            awaitEnd(gateway);
        } finally {
            gateway.destroyForcibly();
        }
        if (!Files.exists(cache)) {
            throw failure("the run wrote no AOT cache");
        }
        // `on` refuses to start when the cache doesn't fit, which `auto` would pass over.
        awaitEnd(launch("-XX:AOTMode=on", "version"));
    }

    private void sendRequests(int port, int admin) throws Exception {
        var web = "http://127.0.0.1:" + port;
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build()) {
            // Enough of them for the loops to have made their buffers and pools.
            for (int i = 0; i < 200; i++) {
                expect(client, 200, get(web + "/plain/" + i));
            }
            expect(client, 200, get(web + "/v1/acme/items?page=2").header("accept", "application/json")
                    .header("accept-encoding", "gzip")
                    .header("origin", "https://app.example.org").header("want-content-digest", "sha-256=1"));
            expect(client, 204, request(web + "/v1/acme/items").method("OPTIONS", BodyPublishers.noBody())
                    .header("accept", "json").header("origin", "https://app.example.org")
                    .header("access-control-request-method", "GET"));
            expect(client, 200, request(web + "/plain/post").POST(BodyPublishers.ofString("a body of known length")));
            expect(client, 200, request(web + "/plain/post").POST(BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(new byte[20_000]))));
            expect(client, 200, request(web + "/plain/head").method("HEAD", BodyPublishers.noBody()));
            expect(client, 308, get(web + "/old/page"));
            expect(client, 404, get(web + "/nowhere").header("accept", "application/problem+json"));
            expect(client, 502, get(web + "/broken"));
            expect(client, 200, get(web + "/scarce"));
            expect(client, 429, get(web + "/scarce"));
            for (var path : List.of("/metrics", "/healthz", "/api/v1/routes")) {
                expect(client, 200, get("http://127.0.0.1:" + admin + path));
            }
        }
    }

    /** Lays the configuration out with a certificate and key beside it. {@return what trusts that certificate} */
    private SSLContext makeCertificate() throws Exception {
        var store = file.resolveSibling("training.p12");
        Files.createDirectories(store.getParent());
        Files.deleteIfExists(store);
        var password = "training";
        Assemble.execute(List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString(), "-genkeypair",
                "-keystore", store.toString(), "-storepass", password, "-alias", "training", "-keyalg", "EC", "-groupname",
                "secp256r1", "-dname", "CN=training", "-ext", "san=ip:127.0.0.1", "-validity", "2"),
                "keytool made no certificate for the AOT training");
        var keys = KeyStore.getInstance(store.toFile(), password.toCharArray());
        pem("training.pem", "CERTIFICATE", keys.getCertificate("training").getEncoded());
        pem("training.key", "PRIVATE KEY", keys.getKey("training", password.toCharArray()).getEncoded());
        Files.writeString(file, Files.readString(sample));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        keys.setCertificateEntry("trusted", keys.getCertificate("training"));
        trust.init(keys);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private void pem(String name, String type, byte[] der) throws IOException {
        Files.writeString(file.resolveSibling(name), "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n");
    }

    private void sendSecurely(int port, SSLContext trusted) throws Exception {
        for (int i = 0; i < 4; i++) {
            try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trusted)
                    .connectTimeout(PATIENCE).build()) {
                expect(client, 200, get("https://127.0.0.1:" + port + "/plain/" + i));
            }
        }
    }

    private static HttpRequest.Builder get(String address) {
        return request(address).GET();
    }

    private static HttpRequest.Builder request(String address) {
        return HttpRequest.newBuilder(URI.create(address)).timeout(PATIENCE);
    }

    private void expect(HttpClient client, int status, HttpRequest.Builder builder) throws Exception {
        var request = builder.build();
        int answer;
        try {
            answer = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw failure(request + " got no answer: " + e);
        }
        if (answer != status) {
            throw failure(request + " got status " + answer + " where " + status + " was expected");
        }
    }

    /** Waits until the gateway has printed where it listens. */
    private int port(Process gateway, Pattern line) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (gateway.isAlive() && System.nanoTime() < deadline) {
            var found = line.matcher(Files.readString(log));
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
            Thread.sleep(50);
        }
        throw failure("the gateway never said `" + line + "`");
    }

    private Process launch(String option, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(home.resolve("bin/chainless").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("CHAINLESS_JAVA_OPTS", option);
        builder.environment().remove("CHAINLESS_HEAP");
        builder.environment().remove("STATE_DIRECTORY");
        builder.environment().put("XDG_STATE_HOME", log.resolveSibling("training-state").toString());
        return builder.start();
    }

    private void awaitEnd(Process process) throws Exception {
        if (!process.waitFor(PATIENCE)) {
            process.destroyForcibly();
            throw failure("the program did not end within " + PATIENCE.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw failure("the program ended with " + process.exitValue());
        }
    }

    private Assemble.BuildFailure failure(String what) {
        String said;
        try {
            var lines = Files.exists(log) ? Files.readAllLines(log) : List.<String>of();
            said = String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Assemble.BuildFailure("AOT training failed: " + what + ". The end of " + log + ":\n" + said
                + "\n(-Dchainless.aot=false builds without)");
    }
}
