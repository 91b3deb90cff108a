package dev.chainless.host;

import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.ResponseBody;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What chains of the same types of stages have in common: the steps of each phase, and the class made of them. It is
 * reachable from its chains only, and does not outlive the plugins that the types come from.
 */
final class ChainShape {

    /** A call of the stage with that index. */
    record Step(int stage, StageCall call) {}

    private static final MethodType CONSTRUCTOR =
            MethodType.methodType(void.class, ChainShape.class, HttpStage[].class, String[].class);

    private final Class<?>[] types;
    final List<Step> request;
    final List<Step> upstreamRequest;
    final List<Step> upstreamResponse;
    final List<Step> response;
    final List<Step> complete;
    final List<Step> log;
    final int[] requestBodies;
    final int[] responseBodies;
    private final int[] entered;
    private final int[] responseStarts;
    private final int[] completeStarts;
    private final MethodHandle constructor;

    /**
     * Makes a shape and its class.
     *
     * @param stages what the class is made for; if they are folded into it, it serves them alone
     * @param names of the stages' plugins
     */
    ChainShape(HttpStage[] stages, String[] names, boolean fold) {
        types = types(stages);
        request = steps(false, StageCall.AUTHENTICATE, StageCall.DECIDE, StageCall.FILTER_REQUEST);
        upstreamRequest = steps(false, StageCall.FILTER_UPSTREAM_REQUEST);
        upstreamResponse = steps(true, StageCall.FILTER_UPSTREAM_RESPONSE);
        response = steps(true, StageCall.FILTER_RESPONSE);
        complete = steps(true, StageCall.COMPLETE);
        log = steps(true, StageCall.LOG);
        requestBodies = stagesOf(RequestBody.class, false);
        responseBodies = stagesOf(ResponseBody.class, true);
        entered = new int[request.size() + 1];
        for (int i = 1; i < entered.length; i++) {
            entered[i] = request.get(i - 1).stage() + 1;
        }
        responseStarts = starts(response);
        completeStarts = starts(complete);
        constructor = define(new ChainClassWriter(this, names, fold).write(), fold ? List.of(stages) : null);
    }

    static Class<?>[] types(HttpStage[] stages) {
        Class<?>[] types = new Class<?>[stages.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = stages[i].getClass();
        }
        return types;
    }

    Class<?>[] types() {
        return types;
    }

    int stages() {
        return types.length;
    }

    int stageBefore(StageCall call, int step) {
        List<Step> steps = switch (call) {
            case FILTER_UPSTREAM_REQUEST -> upstreamRequest;
            case FILTER_UPSTREAM_RESPONSE -> upstreamResponse;
            case FILTER_RESPONSE -> response;
            default -> request;
        };
        return step < 1 || step > steps.size() ? -1 : steps.get(step - 1).stage();
    }

    int enteredAt(int step) {
        return entered[step];
    }

    int responseStart(int entered) {
        return responseStarts[entered];
    }

    int completeStart(int entered) {
        return completeStarts[entered];
    }

    /** {@return a chain of stages that have this shape's types} */
    ShapedChain chain(HttpStage[] stages, String[] names) {
        try {
            return (ShapedChain) constructor.invokeExact(this, stages, names);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private List<Step> steps(boolean reverse, StageCall... calls) {
        var steps = new ArrayList<Step>();
        for (int n = 0; n < types.length; n++) {
            int stage = reverse ? types.length - 1 - n : n;
            for (StageCall call : calls) {
                if (call.isMadeOf(types[stage])) {
                    steps.add(new Step(stage, call));
                }
            }
        }
        return List.copyOf(steps);
    }

    private int[] stagesOf(Class<? extends HttpStage> type, boolean reverse) {
        var stages = new ArrayList<Integer>();
        for (int i = 0; i < types.length; i++) {
            if (type.isAssignableFrom(types[i])) {
                stages.add(i);
            }
        }
        List<Integer> ordered = reverse ? stages.reversed() : stages;
        return ordered.stream().mapToInt(Integer::intValue).toArray();
    }

    /** {@return for each number of entered stages the first step, of a phase in reverse order, of one of them} */
    private int[] starts(List<Step> steps) {
        int[] starts = new int[types.length + 1];
        int step = 0;
        for (int entered = types.length; entered >= 0; entered--) {
            while (step < steps.size() && steps.get(step).stage() >= entered) {
                step++;
            }
            starts[entered] = step;
        }
        return starts;
    }

    /** Not {@code STRONG}: the class can go as soon as its chains have gone, whatever happens to the host. */
    private static MethodHandle define(byte[] bytes, @Nullable Object classData) {
        try {
            MethodHandles.Lookup host = MethodHandles.lookup();
            MethodHandles.Lookup hidden = classData == null
                    ? host.defineHiddenClass(bytes, false)
                    : host.defineHiddenClassWithClassData(bytes, classData, false);
            return hidden.findConstructor(hidden.lookupClass(), CONSTRUCTOR)
                    .asType(CONSTRUCTOR.changeReturnType(ShapedChain.class));
        } catch (IllegalAccessException | NoSuchMethodException e) {
            throw new LinkageError("a chain's class cannot be used", e);
        }
    }
}
