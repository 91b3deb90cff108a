package dev.chainless.host;

import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.UpstreamRequestFilter;
import dev.chainless.spi.http.UpstreamResponseFilter;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain that loops over arrays of calls: the plain way to say what a specialised chain does, and what it is tested
 * and measured against.
 */
final class InterpretedChain extends Chain {

    private interface Call<T> {
        Verdict on(T subject);
    }

    private record Step<T>(int stage, Call<T> call) {}

    private final List<HttpStage> stages;
    private final List<String> names;
    private final List<Step<Exchange>> request = new ArrayList<>();
    private final List<Step<Attempt>> upstreamRequest = new ArrayList<>();
    private final List<Step<Attempt>> upstreamResponse = new ArrayList<>();
    private final List<Step<Exchange>> response = new ArrayList<>();
    private final List<Integer> complete = new ArrayList<>();
    private final List<Integer> log = new ArrayList<>();
    private final List<Integer> requestBodies = new ArrayList<>();
    private final List<Integer> responseBodies = new ArrayList<>();

    InterpretedChain(List<HttpStage> stages, List<String> names) {
        this.stages = stages;
        this.names = names;
        for (int i = 0; i < stages.size(); i++) {
            addForward(i, stages.get(i));
        }
        for (int i = stages.size() - 1; i >= 0; i--) {
            addBackward(i, stages.get(i));
        }
    }

    private void addForward(int i, HttpStage stage) {
        if (stage instanceof Authenticator authenticator) {
            request.add(new Step<>(i, authenticator::authenticate));
        }
        if (stage instanceof Policy policy) {
            request.add(new Step<>(i, policy::decide));
        }
        if (stage instanceof RequestFilter filter) {
            request.add(new Step<>(i, filter::onRequest));
        }
        if (stage instanceof UpstreamRequestFilter filter) {
            upstreamRequest.add(new Step<>(i, filter::onUpstreamRequest));
        }
        if (stage instanceof RequestBody) {
            requestBodies.add(i);
        }
    }

    private void addBackward(int i, HttpStage stage) {
        if (stage instanceof UpstreamResponseFilter filter) {
            upstreamResponse.add(new Step<>(i, filter::onUpstreamResponse));
        }
        if (stage instanceof ResponseFilter filter) {
            response.add(new Step<>(i, filter::onResponse));
        }
        if (stage instanceof ResponseBody) {
            responseBodies.add(i);
        }
        if (stage instanceof AccessLog) {
            log.add(i);
        }
        for (Method method : stage.getClass().getMethods()) {
            if (method.getName().equals("complete") && method.getDeclaringClass() != HttpStage.class) {
                complete.add(i);
            }
        }
    }

    private static <T> Verdict run(List<Step<T>> steps, Cursor c, T subject) {
        for (int i = c.step; i < steps.size(); i++) {
            c.step = i + 1;
            Verdict verdict = steps.get(i).call().on(subject);
            if (verdict != Verdict.CONTINUE) {
                return verdict;
            }
        }
        return Verdict.CONTINUE;
    }

    @Override
    int stages() {
        return stages.size();
    }

    @Override
    HttpStage stage(int i) {
        return stages.get(i);
    }

    @Override
    String name(int i) {
        return names.get(i);
    }

    @Override
    Verdict request(Cursor c) {
        Verdict verdict = run(request, c, c.exchange);
        if (verdict == Verdict.CONTINUE) {
            c.entered = stages.size();
        }
        return verdict;
    }

    @Override
    int enteredAt(int step) {
        return step == 0 ? 0 : request.get(step - 1).stage() + 1;
    }

    @Override
    boolean hasUpstreamRequest() {
        return !upstreamRequest.isEmpty();
    }

    @Override
    boolean hasUpstreamResponse() {
        return !upstreamResponse.isEmpty();
    }

    @Override
    Verdict upstreamRequest(Cursor c) {
        return run(upstreamRequest, c, c.exchange.attempt());
    }

    @Override
    Verdict upstreamResponse(Cursor c) {
        return run(upstreamResponse, c, c.exchange.attempt());
    }

    @Override
    int responseStart(int entered) {
        return (int) response.stream().filter(step -> step.stage() >= entered).count();
    }

    @Override
    Verdict response(Cursor c) {
        return run(response, c, c.exchange);
    }

    @Override
    int completeStart(int entered) {
        return (int) complete.stream().filter(stage -> stage >= entered).count();
    }

    @Override
    void complete(Cursor c, Completion reason) {
        while (c.step < complete.size()) {
            stages.get(complete.get(c.step++)).complete(c.exchange, reason);
        }
    }

    @Override
    void log(Cursor c) {
        while (c.step < log.size()) {
            ((AccessLog) stages.get(log.get(c.step++))).log(c.exchange);
        }
    }

    @Override
    int requestBodies() {
        return requestBodies.size();
    }

    @Override
    int responseBodies() {
        return responseBodies.size();
    }

    @Override
    int requestBodyStage(int i) {
        return requestBodies.get(i);
    }

    @Override
    int responseBodyStage(int i) {
        return responseBodies.get(i);
    }

    @Override
    void requestData(int i, Exchange x, ByteBuf chunk, BodyOut out) {
        ((RequestBody) stages.get(requestBodies.get(i))).requestData(x, chunk, out);
    }

    @Override
    void requestEnd(int i, Exchange x, @Nullable Head trailers, BodyOut out) {
        ((RequestBody) stages.get(requestBodies.get(i))).requestEnd(x, trailers, out);
    }

    @Override
    boolean wantsResponseBody(int i, Exchange x) {
        return ((ResponseBody) stages.get(responseBodies.get(i))).wantsResponseBody(x);
    }

    @Override
    void responseData(int i, Exchange x, ByteBuf chunk, BodyOut out) {
        ((ResponseBody) stages.get(responseBodies.get(i))).responseData(x, chunk, out);
    }

    @Override
    void responseFlush(int i, Exchange x, BodyOut out) {
        ((ResponseBody) stages.get(responseBodies.get(i))).responseFlush(x, out);
    }

    @Override
    void responseEnd(int i, Exchange x, @Nullable Head trailers, BodyOut out) {
        ((ResponseBody) stages.get(responseBodies.get(i))).responseEnd(x, trailers, out);
    }
}
