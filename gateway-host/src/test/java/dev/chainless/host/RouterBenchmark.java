package dev.chainless.host;

import dev.chainless.config.HostPattern;
import dev.chainless.config.PathPattern;
import dev.chainless.config.RouteMatch;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Finding the route of requests in random order, by host and path, and the look at the path before it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(1)
public class RouterBenchmark {
    private static final int REQUESTS = 1 << 13;

    /** How many routes there are. */
    @Param({"10", "100", "10000"})
    public int routes;

    private RouteTable<Integer> table = RouteTable.compile(List.of());
    private final Head head = new Head();
    private final int[] authorities = new int[REQUESTS + 1];
    private final int[] targets = new int[REQUESTS + 1];
    private int next;

    /** Makes the table, and one block with all requests, as a head's block would be warm from its parser. */
    @Setup
    public void setUp() {
        var entries = new ArrayList<RouteTable.Entry<Integer>>();
        for (int i = 0; i < routes; i++) {
            var hosts = List.of(HostPattern.parse(host(i)));
            var path = PathPattern.parse(i % 3 == 0 ? path(i) + "/{id}" : path(i) + "/*");
            entries.add(new RouteTable.Entry<>(new RouteMatch(hosts, path, List.of(), Map.of(), Map.of()), i));
        }
        table = RouteTable.compile(entries);
        var random = new Random(1);
        var text = new StringBuilder();
        for (int i = 0; i < REQUESTS; i++) {
            int route = random.nextInt(routes);
            authorities[i] = text.length();
            text.append(host(route));
            targets[i] = text.length();
            text.append(path(route)).append("/42");
        }
        authorities[REQUESTS] = text.length();
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, head.block(bytes.length), 0, bytes.length);
        System.gc(); // as the host does after it has published a generation
    }

    private static String host(int route) {
        return "www.tenant-" + route % 100 + ".example.org";
    }

    private static String path(int route) {
        return "/api/v1/service-" + route;
    }

    /** {@return the route} */
    @Benchmark
    public Integer match() {
        return table.match(request());
    }

    /** {@return whether the path is in normal form, which is asked before each search} */
    @Benchmark
    public PathCheck check() {
        return PathCheck.check(request());
    }

    /** {@return nothing of worth: what the benchmark itself costs} */
    @Benchmark
    public Head request() {
        int i = next++ & (REQUESTS - 1);
        head.authority(authorities[i], targets[i] - authorities[i]);
        int length = authorities[i + 1] - targets[i];
        head.target(targets[i], length, length);
        return head;
    }
}
