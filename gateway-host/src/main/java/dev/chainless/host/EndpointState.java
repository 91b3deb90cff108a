package dev.chainless.host;

import dev.chainless.spi.Counter;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.HttpUpstream;
import io.netty.util.NetUtil;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster: a pool for each loop, and what all loops share. Thread-safe; limits are global and taken when
 * a connection is opened.
 */
final class EndpointState {
    private static final Logger LOG = System.getLogger(EndpointState.class.getName());
    static final Duration BETWEEN_LOOKUPS = Duration.ofSeconds(30);

    private final Endpoint endpoint;
    private final PoolConfig config;
    private final Use<HttpUpstream> codec;
    private final @Nullable TlsClient tls;
    private final Loops loops;
    private final ClusterMetrics metrics;
    private final List<EndpointPool> pools;
    private final AtomicInteger connections = new AtomicInteger();
    /** Idle connections and waiting exchanges of each loop, so that loops can borrow from each other. */
    private final AtomicIntegerArray idle;
    private final AtomicIntegerArray waiting;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger active = new AtomicInteger();
    private final EndpointRecord record;
    private final Runnable suspected;
    private volatile boolean passesChecks = true;
    private volatile int errorsAllowed = Integer.MAX_VALUE;
    private volatile long backSince;
    private volatile boolean back;
    /** How long each answer took, while somebody watches. */
    private volatile @Nullable LatencyHistogram watched;
    private final boolean named;
    final Counter requests;
    final Counter failures;
    private volatile List<InetSocketAddress> addresses;
    private volatile boolean reachedBySix = true;

    /**
     * Makes an endpoint without connections.
     *
     * @param suspected runs on a loop when there were too many errors in a row
     */
    EndpointState(Endpoint endpoint, PoolConfig config, Use<HttpUpstream> codec, @Nullable TlsClient tls, Loops loops,
            ClusterMetrics metrics, Runnable suspected) {
        this.endpoint = endpoint;
        this.config = config;
        this.codec = codec;
        this.tls = tls;
        this.loops = loops;
        this.metrics = metrics;
        this.suspected = suspected;
        this.record = new EndpointRecord(endpoint.authority(), loops.count());
        this.idle = new AtomicIntegerArray(loops.count());
        this.waiting = new AtomicIntegerArray(loops.count());
        this.requests = new Counter(loops.count());
        this.failures = new Counter(loops.count());
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(endpoint.host());
        this.named = literal == null;
        this.addresses = literal == null ? List.of() : List.of(address(literal));
        this.pools = loops.all().stream().map(loop -> new EndpointPool(this, loop)).toList();
    }

    EndpointPool pool(int loop) {
        return pools.get(loop);
    }

    PoolConfig config() {
        return config;
    }

    HttpUpstream codec() {
        return codec.made();
    }

    @Nullable TlsClient tls() {
        return tls;
    }

    Loops loops() {
        return loops;
    }

    ClusterMetrics metrics() {
        return metrics;
    }

    /** Looks the name up, if it is one. Blocks; a name that cannot be resolved keeps its former addresses. */
    void lookUp() {
        if (!named) {
            return;
        }
        try {
            addresses = Stream.of(InetAddress.getAllByName(endpoint.host()))
                    .map(found -> new InetSocketAddress(found, endpoint.port())).toList();
        } catch (UnknownHostException e) {
            LOG.log(Level.WARNING, "The endpoint {0} has no address", endpoint.authority());
        }
    }

    private InetSocketAddress address(byte[] literal) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(literal), endpoint.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // an address of 4 or 16 bytes always is one
        }
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** {@return the addresses in the order in which a connection should try them, none while the name has none} */
    List<InetSocketAddress> addresses() {
        List<InetSocketAddress> known = addresses;
        return known.size() < 2 ? known : AddressRace.order(known, reachedBySix, turn.getAndIncrement());
    }

    /** A connection to that address was made: others begin with its family. */
    void reached(InetSocketAddress address) {
        boolean six = AddressRace.isSix(address);
        if (six != reachedBySix) {
            reachedBySix = six;
        }
    }

    /** An attempt begins, unless there are too many. {@return whether it does} */
    boolean begin(int most) {
        if (active.incrementAndGet() > most) {
            active.decrementAndGet();
            return false;
        }
        return true;
    }

    /** An attempt was answered. On a loop. */
    void answered(int loop, int status, long nanos) {
        LatencyHistogram histogram = watched;
        if (histogram != null) {
            histogram.record(loop, nanos);
        }
        if (record.answered(loop, status, nanos) == errorsAllowed) {
            suspected.run();
        }
    }

    /** An attempt failed. On a loop. */
    void failed(int loop) {
        if (record.failed(loop) == errorsAllowed) {
            suspected.run();
        }
    }

    /** {@return what is known of single answers, null while nobody watches} */
    @Nullable LatencyHistogram watched() {
        return watched;
    }

    /** Lets single answers be recorded, or not any more. */
    void watch(@Nullable LatencyHistogram histogram) {
        watched = histogram;
    }

    EndpointRecord record() {
        return record;
    }

    /** Sets after how many errors in a row somebody is to be told. */
    void errorsAllowed(int count) {
        errorsAllowed = count == 0 ? Integer.MAX_VALUE : count;
    }

    /** {@return whether its health checks, if there are any, say that it is well} */
    boolean passesChecks() {
        return passesChecks;
    }

    void passesChecks(boolean well) {
        passesChecks = well;
    }

    /** {@return how it is, in a word for people} */
    String state() {
        return !passesChecks ? "ill" : record.isEjected() ? "ejected" : back ? "warming" : "well";
    }

    /** {@return whether it should get requests} */
    boolean isAvailable() {
        return passesChecks && !record.isEjected();
    }

    /** It is new, or gets requests again. */
    void comesBack(long now) {
        backSince = now;
        back = true;
    }

    /** {@return the part of its share that it should get, 0.1 to 1} */
    double warmth(long now, long slowStart) {
        if (!back) {
            return 1;
        }
        long since = now - backSince;
        if (since >= slowStart) {
            back = false;
            return 1;
        }
        return Math.max(0.1, (double) since / slowStart);
    }

    /** {@return whether it is on the way to its share} */
    boolean isWarming() {
        return back;
    }

    /** An attempt is over. */
    void end() {
        active.decrementAndGet();
    }

    /** {@return the attempts under way} */
    int active() {
        return active.get();
    }

    boolean takeConnection() {
        if (connections.incrementAndGet() > config.maxConnections()) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void giveConnection() {
        connections.decrementAndGet();
    }

    int connections() {
        return connections.get();
    }

    void idle(int loop, int change) {
        idle.addAndGet(loop, change);
    }

    /** {@return whether one more exchange may wait, over all loops; then it is counted until {@link #giveWaiting}} */
    boolean takeWaiting(int loop, int most) {
        if (pending.getAndUpdate(now -> now < most ? now + 1 : now) >= most) {
            return false;
        }
        waiting.incrementAndGet(loop);
        return true;
    }

    void giveWaiting(int loop) {
        waiting.decrementAndGet(loop);
        pending.decrementAndGet();
    }

    int idle() {
        return sum(idle);
    }

    int waiting() {
        return pending.get();
    }

    /** {@return another loop that has an idle connection, -1 if none} */
    int loopWithIdle(int but) {
        int lender = other(idle, but);
        return lender >= 0 && loops.get(lender).isStalled() ? -1 : lender; // it would not come back with it
    }

    /** {@return another loop on which an exchange waits for a connection, -1 if none} */
    int loopWaiting(int but) {
        return other(waiting, but);
    }

    private static int other(AtomicIntegerArray counts, int but) {
        int loops = counts.length();
        for (int i = 1; i < loops; i++) {
            int loop = (but + i) % loops;
            if (counts.get(loop) > 0) {
                return loop;
            }
        }
        return -1;
    }

    private static int sum(AtomicIntegerArray counts) {
        int sum = 0;
        for (int i = 0; i < counts.length(); i++) {
            sum += counts.get(i);
        }
        return sum;
    }
}
