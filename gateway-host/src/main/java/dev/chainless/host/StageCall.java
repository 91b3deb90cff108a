package dev.chainless.host;

import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.UpstreamRequestFilter;
import dev.chainless.spi.http.UpstreamResponseFilter;
import dev.chainless.spi.http.Verdict;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;

/** A call of a stage that is a step of a phase. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the array, and descriptors are immutable
enum StageCall {
    AUTHENTICATE(Authenticator.class, "authenticate", Verdict.class, Exchange.class),
    DECIDE(Policy.class, "decide", Verdict.class, Exchange.class),
    FILTER_REQUEST(RequestFilter.class, "onRequest", Verdict.class, Exchange.class),
    FILTER_UPSTREAM_REQUEST(UpstreamRequestFilter.class, "onUpstreamRequest", Verdict.class, Attempt.class),
    FILTER_UPSTREAM_RESPONSE(UpstreamResponseFilter.class, "onUpstreamResponse", Verdict.class, Attempt.class),
    FILTER_RESPONSE(ResponseFilter.class, "onResponse", Verdict.class, Exchange.class),
    COMPLETE(HttpStage.class, "complete", void.class, Exchange.class, Completion.class),
    LOG(AccessLog.class, "log", void.class, Exchange.class);

    private final Class<? extends HttpStage> type;
    private final String method;
    private final Class<?>[] parameters;
    final ClassDesc owner;
    final MethodTypeDesc descriptor;

    StageCall(Class<? extends HttpStage> type, String method, Class<?> result, Class<?>... parameters) {
        this.type = type;
        this.method = method;
        this.parameters = parameters;
        this.owner = type.describeConstable().orElseThrow();
        this.descriptor = MethodType.methodType(result, parameters).describeConstable().orElseThrow();
    }

    String method() {
        return method;
    }

    /**
     * {@return whether stages of that class are called so} Of {@link HttpStage#complete} that is only where it is
     * overridden.
     */
    boolean isMadeOf(Class<?> stage) {
        if (!type.isAssignableFrom(stage)) {
            return false;
        }
        if (this != COMPLETE) {
            return true;
        }
        try {
            return stage.getMethod(method, parameters).getDeclaringClass() != HttpStage.class;
        } catch (NoSuchMethodException | LinkageError e) {
            // A public method of the class names a type that is not there. To call a default method harms nobody.
            return true;
        }
    }
}
