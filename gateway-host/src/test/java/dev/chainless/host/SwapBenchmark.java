package dev.chainless.host;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

/**
 * The request phase of {@link ChainBenchmark}'s stages after their classes were replaced so many times, as a swap does it:
 * loaded anew by a loader of their own, specialised, used until they are compiled, and dropped. What the JIT has learnt
 * from those that are gone must not make the last one slower for good.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class SwapBenchmark {
    /** Enough for C2. */
    private static final int CALLS_BETWEEN_SWAPS = 30_000;

    /** How many versions there were before. */
    @Param({"0", "100"})
    public int swaps;

    /** What makes the chain. */
    @Param({"folded", "shaped"})
    public String kind = "";

    private Cursor cursor = new Cursor(new Exchange(new ChainBenchmark.NoHost()));
    private ChainSpecialiser specialiser = new ChainSpecialiser(false);
    private volatile Chain chain = specialiser.specialise(List.of(), List.of());

    /** Swaps, and sees to it that what was replaced is gone. */
    @Setup
    public void setUp() throws ReflectiveOperationException, UnknownHostException {
        cursor = new Cursor(ChainBenchmark.exchange());
        specialiser = new ChainSpecialiser(kind.equals("folded"));
        List<WeakReference<Class<?>>> replaced = new ArrayList<>();
        for (int i = 0; i <= swaps; i++) {
            chain = version();
            if (i < swaps) {
                replaced.add(new WeakReference<>(chain.stage(0).getClass()));
                for (int call = 0; call < CALLS_BETWEEN_SWAPS; call++) {
                    request();
                }
            }
        }
        System.gc();
        long left = replaced.stream().filter(each -> !each.refersTo(null)).count();
        System.out.println(left + " of " + swaps + " versions are left");
    }

    /** {@return the verdict of a whole request phase} */
    @Benchmark
    public Verdict request() {
        Cursor c = cursor;
        c.step = 0;
        c.entered = 0;
        return chain.request(c);
    }

    @SuppressWarnings("unchecked") // the copy's method returns what the original's does
    private Chain version() throws ReflectiveOperationException {
        Method stages = new Copies().loadClass(ChainBenchmark.class.getName()).getDeclaredMethod("stages", int.class);
        stages.setAccessible(true);
        return specialiser.specialise((List<HttpStage>) stages.invoke(null, 0), Collections.nCopies(8, "stage"));
    }

    /** Defines the stages' classes anew, and takes all else from the host, as the loader of a plugin does. */
    private static final class Copies extends ClassLoader {
        private static final String COPIED = ChainBenchmark.class.getName();

        Copies() {
            super(ChainBenchmark.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(COPIED)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null ? define(name) : known;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
