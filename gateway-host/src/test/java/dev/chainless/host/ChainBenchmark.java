package dev.chainless.host;

import dev.chainless.spi.Counter;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Principal;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/**
 * The request phase of eight different stages such as plugins have, for chains in random order: specialised, and by the
 * interpreter.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(1)
public class ChainBenchmark {
    private static final int ORDER = 1 << 16;

    /** How many chains are in use. */
    @Param({"1", "100", "10000"})
    public int chains;

    /** Of how many shapes they are. */
    @Param({"1", "10"})
    public int shapes;

    /** What makes them. */
    @Param({"folded", "shaped", "interpreted"})
    public String kind = "";

    private Chain[] all = {};
    private final short[] order = new short[ORDER];
    private int next;
    private Cursor cursor = new Cursor(new Exchange(new NoHost()));

    /** Makes the chains, and shows the interpreter's call sites all types of stages. */
    @Setup
    public void setUp() throws UnknownHostException {
        cursor = new Cursor(exchange());
        all = chains(kind, chains, shapes);
        var random = new Random(1);
        for (int i = 0; i < ORDER; i++) {
            order[i] = (short) random.nextInt(chains);
        }
    }

    /** {@return the verdict of a whole request phase} */
    @Benchmark
    public Verdict request() {
        Cursor c = cursor;
        c.step = 0;
        c.entered = 0;
        return all[order[next++ & (ORDER - 1)]].request(c);
    }

    /** Prints how long it takes to make 10,000 chains, the JVM being cold. */
    public static void main(String[] args) throws UnknownHostException {
        long start = System.nanoTime();
        Chain[] made = chains("shaped", 10_000, 10);
        System.out.printf("%,d chains of 10 shapes made in %d ms%n", made.length,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    private static Chain[] chains(String kind, int count, int shapes) throws UnknownHostException {
        var specialiser = new ChainSpecialiser(kind.equals("folded"));
        Chain[] chains = new Chain[count];
        List<String> names = Collections.nCopies(8, "stage");
        for (int i = 0; i < count; i++) {
            List<HttpStage> stages = stages(i);
            Collections.rotate(stages, i % shapes);
            if (i % shapes >= 8) {
                Collections.reverse(stages);
            }
            chains[i] = kind.equals("interpreted") ? new InterpretedChain(stages, names)
                    : specialiser.specialise(stages, names);
        }
        return chains;
    }

    static List<HttpStage> stages(int i) throws UnknownHostException {
        return new ArrayList<>(List.of(
                new DenyField(FieldName.of("x-internal-" + i)),
                new CountRequests(new Counter(1)),
                new AllowMethods("POST", "GET"),
                new DenyAddress(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i})),
                new LimitBody(1024 + i),
                new DenyFolder(("/private-" + i).getBytes(StandardCharsets.US_ASCII)),
                new TrustPort(99),
                new RequireVersion(11)));
    }

    static Exchange exchange() throws UnknownHostException {
        var exchange = new Exchange(new NoHost());
        exchange.request().target("/public/page?q=1");
        exchange.request().authority("www.example.org");
        exchange.request().add(FieldName.USER_AGENT, "benchmark");
        exchange.request().add(FieldName.ACCEPT, "*/*");
        InetAddress client = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        var peer = new InetSocketAddress(client, 40000);
        exchange.connection(new Connection("web", 0, new DefaultEventLoop(), peer, peer, null), client);
        return exchange;
    }

    private record DenyField(FieldName name) implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return exchange.request().contains(name) ? exchange.respond(400) : Verdict.CONTINUE;
        }
    }

    private record CountRequests(Counter counter) implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            counter.increment(exchange.loop());
            return Verdict.CONTINUE;
        }
    }

    private record AllowMethods(String one, String other) implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            String method = exchange.request().method();
            return method.equals(one) || method.equals(other) ? Verdict.CONTINUE : exchange.respond(405);
        }
    }

    private record DenyAddress(InetAddress address) implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            return exchange.client().equals(address) ? exchange.respond(403) : Verdict.CONTINUE;
        }
    }

    private record LimitBody(long max) implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return exchange.request().contentLength() > max ? exchange.respond(413) : Verdict.CONTINUE;
        }
    }

    private record DenyFolder(byte[] folder) implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            var request = exchange.request();
            byte[] target = request.targetBytes();
            int at = request.targetOffset();
            if (request.pathLength() < folder.length) {
                return Verdict.CONTINUE;
            }
            for (int i = 0; i < folder.length; i++) {
                if (target[at + i] != folder[i]) {
                    return Verdict.CONTINUE;
                }
            }
            return exchange.respond(403);
        }
    }

    private record TrustPort(int port) implements Authenticator {
        @Override
        public Verdict authenticate(Exchange exchange) {
            if (exchange.connection().peer().getPort() == port) {
                exchange.principal(new Principal("neighbour", Map.of()));
            }
            return Verdict.CONTINUE;
        }
    }

    private record RequireVersion(int version) implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            return exchange.request().version() < version ? exchange.respond(505) : Verdict.CONTINUE;
        }
    }

    static final class NoHost implements ExchangeHost {
        @Override
        public Suspension suspend(Duration deadline, Runnable onCancel) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void respond(@Nullable ByteBuf body) {}
    }
}
