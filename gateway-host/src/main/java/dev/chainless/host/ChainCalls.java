package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The way from the host into a chain, as calls that the JIT does not look through.
 *
 * <p>A chain is one unit of compiled code, and the host is another. Were chains called as any object is, C2 would inline
 * the chain that it has seen so far into the host's own methods, guarded by its class. The next generation's chain would
 * fail that guard and throw away the code of the whole way of a request, and the unloading of the old plugin what was
 * compiled instead; all of it then runs interpreted until it is compiled again. A call by a method handle that is not
 * constant has no profile of receivers: it is a jump through the virtual table, whatever comes and goes.
 */
final class ChainCalls {
    // Not final: a constant handle's target would be inlined by the profile of its arguments.
    private static MethodHandle request = phase("request", Verdict.class, Cursor.class);
    private static MethodHandle upstreamRequest = phase("upstreamRequest", Verdict.class, Cursor.class);
    private static MethodHandle upstreamResponse = phase("upstreamResponse", Verdict.class, Cursor.class);
    private static MethodHandle response = phase("response", Verdict.class, Cursor.class);
    private static MethodHandle complete = phase("complete", void.class, Cursor.class, Completion.class);
    private static MethodHandle log = phase("log", void.class, Cursor.class);
    private static MethodHandle requestData =
            phase("requestData", void.class, int.class, Exchange.class, ByteBuf.class, BodyOut.class);
    private static MethodHandle requestEnd =
            phase("requestEnd", void.class, int.class, Exchange.class, Head.class, BodyOut.class);
    private static MethodHandle wantsResponseBody =
            phase("wantsResponseBody", boolean.class, int.class, Exchange.class);
    private static MethodHandle responseData =
            phase("responseData", void.class, int.class, Exchange.class, ByteBuf.class, BodyOut.class);
    private static MethodHandle responseFlush =
            phase("responseFlush", void.class, int.class, Exchange.class, BodyOut.class);
    private static MethodHandle responseEnd =
            phase("responseEnd", void.class, int.class, Exchange.class, Head.class, BodyOut.class);

    private ChainCalls() {}

    static Verdict request(Chain chain, Cursor c) {
        try {
            return (Verdict) request.invokeExact(chain, c);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static Verdict upstreamRequest(Chain chain, Cursor c) {
        try {
            return (Verdict) upstreamRequest.invokeExact(chain, c);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static Verdict upstreamResponse(Chain chain, Cursor c) {
        try {
            return (Verdict) upstreamResponse.invokeExact(chain, c);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static Verdict response(Chain chain, Cursor c) {
        try {
            return (Verdict) response.invokeExact(chain, c);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void complete(Chain chain, Cursor c, Completion reason) {
        try {
            complete.invokeExact(chain, c, reason);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void log(Chain chain, Cursor c) {
        try {
            log.invokeExact(chain, c);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void requestData(Chain chain, int i, Exchange x, ByteBuf chunk, BodyOut out) {
        try {
            requestData.invokeExact(chain, i, x, chunk, out);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void requestEnd(Chain chain, int i, Exchange x, @Nullable Head trailers, BodyOut out) {
        try {
            requestEnd.invokeExact(chain, i, x, trailers, out);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static boolean wantsResponseBody(Chain chain, int i, Exchange x) {
        try {
            return (boolean) wantsResponseBody.invokeExact(chain, i, x);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void responseData(Chain chain, int i, Exchange x, ByteBuf chunk, BodyOut out) {
        try {
            responseData.invokeExact(chain, i, x, chunk, out);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void responseFlush(Chain chain, int i, Exchange x, BodyOut out) {
        try {
            responseFlush.invokeExact(chain, i, x, out);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    static void responseEnd(Chain chain, int i, Exchange x, @Nullable Head trailers, BodyOut out) {
        try {
            responseEnd.invokeExact(chain, i, x, trailers, out);
        } catch (Throwable e) {
            throw asIs(e);
        }
    }

    /** Throws what a chain threw, which declares nothing. */
    private static RuntimeException asIs(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof RuntimeException unchecked) {
            return unchecked;
        }
        return ChainCalls.<RuntimeException>sneaky(e);
    }

    @SuppressWarnings("unchecked") // erased: a stage compiled from another language may throw what it does not declare
    private static <E extends Throwable> RuntimeException sneaky(Throwable e) throws E {
        throw (E) e;
    }

    private static MethodHandle phase(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.lookup().findVirtual(Chain.class, name, MethodType.methodType(result, parameters));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new LinkageError("a chain has no " + name, e);
        }
    }
}
