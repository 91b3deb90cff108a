package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainSpecialiserTest {
    private static final ExchangeHost NO_HOST = new ExchangeHost() {
        @Override
        public Suspension suspend(Duration deadline, Runnable onCancel) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void respond(@Nullable ByteBuf body) {
            throw new UnsupportedOperationException();
        }
    };

    private final ChainScript script = new ChainScript(Map.of());

    /** Tells which frames it was called through. */
    record Tracer(List<StackWalker.StackFrame> frames) implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            StackWalker.getInstance(StackWalker.Option.SHOW_HIDDEN_FRAMES).forEach(frames::add);
            return Verdict.CONTINUE;
        }
    }

    @Test
    void chainsOfTheSameTypesShareAClass() {
        var specialiser = new ChainSpecialiser(false);
        Chain one = specialiser.specialise(stages(0, 4), List.of("a", "b"));
        Chain two = specialiser.specialise(stages(0, 4), List.of("a", "b"));
        Chain other = specialiser.specialise(stages(4, 0), List.of("b", "a"));
        assertSame(one.getClass(), two.getClass());
        assertNotSame(one.getClass(), other.getClass());
        assertEquals(2, specialiser.shapes());
        assertTrue(one.getClass().isHidden());
    }

    @Test
    void anEmptyChainContinues() {
        for (boolean fold : new boolean[] {false, true}) {
            Chain chain = new ChainSpecialiser(fold).specialise(List.of(), List.of());
            Cursor c = new Cursor(new Exchange(NO_HOST));
            assertEquals(Verdict.CONTINUE, chain.request(c));
            assertEquals(Verdict.CONTINUE, chain.response(c));
            assertEquals(0, c.entered);
            assertEquals(0, chain.completeStart(0));
        }
    }

    @Test
    void tooManyStagesAreRefused() {
        List<HttpStage> stages = Collections.nCopies(257, script.stage(0, 0));
        var e = assertThrows(IllegalArgumentException.class,
                () -> new ChainSpecialiser(false).specialise(stages, Collections.nCopies(257, "a")));
        assertEquals("a route has at most 256 stages, not 257", e.getMessage());
    }

    @Test
    void stackFramesTellTheShapeAndTheStep() {
        var tracer = new Tracer(new ArrayList<>());
        Chain chain = new ChainSpecialiser(false)
                .specialise(List.of(script.stage(0, 0), tracer), List.of("rate-limit", "jwt"));
        chain.request(new Cursor(new Exchange(NO_HOST)));
        var frame = tracer.frames.get(1).toStackTraceElement();
        assertEquals("rate-limit > jwt", frame.getFileName());
        assertEquals(2, frame.getLineNumber());
        assertEquals("request", frame.getMethodName());
    }

    /** Loads a class anew, as a plugin's loader would. */
    private static final class PluginLoader extends ClassLoader {
        PluginLoader() {
            super(ChainSpecialiserTest.class.getClassLoader());
        }

        Class<?> load(Class<?> type) throws Exception {
            try (InputStream in = type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
                var out = new ByteArrayOutputStream();
                in.transferTo(out);
                return defineClass(type.getName(), out.toByteArray(), 0, out.size());
            }
        }
    }

    /** Not public: no code outside of its loader can name or access it. */
    static final class PluginStage implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return Verdict.RESPONDED;
        }
    }

    @Test
    void whatAChainWasMadeOfIsUnloadedWithIt() throws Exception {
        for (boolean fold : new boolean[] {false, true}) {
            var specialiser = new ChainSpecialiser(fold);
            var queue = new ReferenceQueue<ClassLoader>();
            PhantomReference<ClassLoader> reference = useOnce(specialiser, queue);
            for (int i = 0; i < 100 && (!reference.refersTo(null) || specialiser.shapes() > 0); i++) {
                System.gc();
                queue.remove(100);
            }
            assertTrue(reference.refersTo(null), "the loader is gone; folded: " + fold);
            assertEquals(0, specialiser.shapes());
        }
    }

    private static PhantomReference<ClassLoader> useOnce(ChainSpecialiser specialiser,
            ReferenceQueue<ClassLoader> queue) throws Exception {
        var loader = new PluginLoader();
        var constructor = loader.load(PluginStage.class).getDeclaredConstructor();
        constructor.setAccessible(true);
        HttpStage stage = (HttpStage) constructor.newInstance();
        Chain chain = specialiser.specialise(List.of(stage, stage), List.of("plugin", "plugin"));
        Cursor c = new Cursor(new Exchange(NO_HOST));
        for (int i = 0; i < 20_000; i++) {
            c.step = 0;
            assertEquals(Verdict.RESPONDED, chain.request(c));
            assertEquals(1, chain.enteredAt(c.step));
        }
        return new PhantomReference<>(loader, queue);
    }

    private List<HttpStage> stages(int... kinds) {
        var stages = new ArrayList<HttpStage>();
        for (int kind : kinds) {
            stages.add(script.stage(kind, stages.size()));
        }
        return stages;
    }
}
