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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What the stages of a test do when they are called, and what was called. */
final class ChainScript {

    /** What a call does; the default is to continue. */
    enum Action {
        CONTINUE, RESPOND, SUSPEND, SUSPEND_THEN_RESPOND, SUSPEND_THEN_ABORT, THROW
    }

    /** Stages of all kinds that there are, by index of the stage. */
    static final int KINDS = 14;

    final List<String> trace = new ArrayList<>();
    private final Map<String, Action> actions;

    /** Actions by call, such as {@code "3.onRequest"}. */
    ChainScript(Map<String, Action> actions) {
        this.actions = actions;
    }

    HttpStage stage(int kind, int id) {
        IntFunction<HttpStage> maker = switch (kind) {
            case 0 -> i -> new Filter(i, this);
            case 1 -> i -> new Login(i, this);
            case 2 -> i -> new Rule(i, this);
            case 3 -> i -> new LoginRuleFilter(i, this);
            case 4 -> i -> new BothWays(i, this);
            case 5 -> i -> new Answer(i, this);
            case 6 -> i -> new Upstream(i, this);
            case 7 -> i -> new UpstreamOnly(i, this);
            case 8 -> i -> new UpstreamBack(i, this);
            case 9 -> i -> new Log(i, this);
            case 10 -> i -> new Upload(i, this);
            case 11 -> i -> new Download(i, this);
            case 12 -> i -> new Everything(i, this);
            default -> i -> new ByDefault(i, this);
        };
        return maker.apply(id);
    }

    private Action act(int id, String call) {
        trace.add(id + "." + call);
        Action action = actions.getOrDefault(id + "." + call, Action.CONTINUE);
        if (action == Action.THROW) {
            throw new IllegalStateException(id + "." + call);
        }
        return action;
    }

    private Verdict decide(int id, String call) {
        Action action = act(id, call);
        trace.add("  " + action);
        return switch (action) {
            case CONTINUE, THROW -> Verdict.CONTINUE;
            case RESPOND -> Verdict.RESPONDED;
            case SUSPEND, SUSPEND_THEN_RESPOND, SUSPEND_THEN_ABORT -> Verdict.SUSPENDED;
        };
    }

    record Filter(int id, ChainScript script) implements RequestFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return script.decide(id, "onRequest");
        }
    }

    record Login(int id, ChainScript script) implements Authenticator {
        @Override
        public Verdict authenticate(Exchange exchange) {
            return script.decide(id, "authenticate");
        }
    }

    record Rule(int id, ChainScript script) implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            return script.decide(id, "decide");
        }
    }

    record LoginRuleFilter(int id, ChainScript script) implements RequestFilter, Policy, Authenticator {
        @Override
        public Verdict authenticate(Exchange exchange) {
            return script.decide(id, "authenticate");
        }

        @Override
        public Verdict decide(Exchange exchange) {
            return script.decide(id, "decide");
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            return script.decide(id, "onRequest");
        }
    }

    record BothWays(int id, ChainScript script) implements RequestFilter, ResponseFilter {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return script.decide(id, "onRequest");
        }

        @Override
        public Verdict onResponse(Exchange exchange) {
            return script.decide(id, "onResponse");
        }

        @Override
        public void complete(Exchange exchange, Completion reason) {
            script.act(id, "complete");
        }
    }

    record Answer(int id, ChainScript script) implements ResponseFilter {
        @Override
        public Verdict onResponse(Exchange exchange) {
            return script.decide(id, "onResponse");
        }
    }

    record Upstream(int id, ChainScript script) implements UpstreamRequestFilter, UpstreamResponseFilter {
        @Override
        public Verdict onUpstreamRequest(Attempt attempt) {
            return script.decide(id, "onUpstreamRequest" + attempt.number());
        }

        @Override
        public Verdict onUpstreamResponse(Attempt attempt) {
            return script.decide(id, "onUpstreamResponse" + attempt.number());
        }
    }

    record UpstreamOnly(int id, ChainScript script) implements UpstreamRequestFilter {
        @Override
        public Verdict onUpstreamRequest(Attempt attempt) {
            return script.decide(id, "onUpstreamRequest" + attempt.number());
        }
    }

    record UpstreamBack(int id, ChainScript script) implements UpstreamResponseFilter {
        @Override
        public Verdict onUpstreamResponse(Attempt attempt) {
            return script.decide(id, "onUpstreamResponse" + attempt.number());
        }

        @Override
        public void complete(Exchange exchange, Completion reason) {
            script.act(id, "complete");
        }
    }

    record Log(int id, ChainScript script) implements AccessLog {
        @Override
        public void log(Exchange exchange) {
            script.act(id, "log");
        }
    }

    record Upload(int id, ChainScript script) implements RequestBody {
        @Override
        public void requestData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            script.act(id, "requestData");
        }

        @Override
        public void complete(Exchange exchange, Completion reason) {
            script.act(id, "complete");
        }
    }

    record Download(int id, ChainScript script) implements ResponseBody {
        @Override
        public boolean wantsResponseBody(Exchange exchange) {
            return script.act(id, "wantsResponseBody") == Action.CONTINUE;
        }

        @Override
        public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            script.act(id, "responseData");
        }

        @Override
        public void responseFlush(Exchange exchange, BodyOut out) {
            script.act(id, "responseFlush");
        }

        @Override
        public void responseEnd(Exchange exchange, @Nullable Head trailers, BodyOut out) {
            script.act(id, "responseEnd");
        }
    }

    record Everything(int id, ChainScript script) implements Authenticator, Policy, RequestFilter, RequestBody,
            UpstreamRequestFilter, UpstreamResponseFilter, ResponseFilter, ResponseBody, AccessLog {
        @Override
        public Verdict authenticate(Exchange exchange) {
            return script.decide(id, "authenticate");
        }

        @Override
        public Verdict decide(Exchange exchange) {
            return script.decide(id, "decide");
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            return script.decide(id, "onRequest");
        }

        @Override
        public Verdict onUpstreamRequest(Attempt attempt) {
            return script.decide(id, "onUpstreamRequest" + attempt.number());
        }

        @Override
        public Verdict onUpstreamResponse(Attempt attempt) {
            return script.decide(id, "onUpstreamResponse" + attempt.number());
        }

        @Override
        public Verdict onResponse(Exchange exchange) {
            return script.decide(id, "onResponse");
        }

        @Override
        public void requestData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            script.act(id, "requestData");
        }

        @Override
        public void requestEnd(Exchange exchange, @Nullable Head trailers, BodyOut out) {
            script.act(id, "requestEnd");
        }

        @Override
        public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            script.act(id, "responseData");
        }

        @Override
        public void complete(Exchange exchange, Completion reason) {
            script.act(id, "complete");
        }

        @Override
        public void log(Exchange exchange) {
            script.act(id, "log");
        }
    }

    /** Completes by a default method of its own interface. */
    interface Completing extends RequestFilter {
        int id();

        ChainScript script();

        @Override
        default void complete(Exchange exchange, Completion reason) {
            script().act(id(), "complete");
        }
    }

    record ByDefault(int id, ChainScript script) implements Completing {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return script.decide(id, "onRequest");
        }
    }
}
