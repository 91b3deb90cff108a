package dev.chainless.host;

import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with what lives on it: timer, recycled flows, and the number of connections by which new ones find the
 * less loaded loop. Fields are touched on the loop only, but for that number and whether it is stalled.
 */
final class Loop {
    private static final int MAX_IDLE_FLOWS = 4096;

    private final int index;
    private final EventLoop eventLoop;
    private final LoopTimer timer;
    private final ArrayDeque<Flow> idleFlows = new ArrayDeque<>();
    /** All of them, so that those of a generation are found without keeping a list for each. */
    private final List<Flow> flows = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final int maxBuffered;
    private volatile boolean stalled;
    private volatile Grade grade = Grade.NONE;
    private int activeFlows;

    Loop(int index, EventLoop eventLoop, ScheduledExecutorService clock, int maxBuffered) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.timer = new LoopTimer(eventLoop, clock);
        this.maxBuffered = maxBuffered;
    }

    int index() {
        return index;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    LoopTimer timer() {
        return timer;
    }

    int maxBuffered() {
        return maxBuffered;
    }

    AtomicInteger connections() {
        return connections;
    }

    /** {@return how overloaded the gateway is} */
    Grade grade() {
        return grade;
    }

    void grade(Grade now) {
        grade = now;
    }

    /** {@return whether something keeps it from coming back, so that what is new had better go elsewhere} From any thread. */
    boolean isStalled() {
        return stalled;
    }

    void stalled(boolean now) {
        stalled = now;
    }

    boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /**
     * {@return a flow for one exchange, which comes back by {@link #recycle}}
     *
     * @param ingress where the exchange comes from, null for the gateway's own
     */
    Flow flow(@Nullable Ingress ingress, HttpDownstream downstream) {
        Flow flow = idleFlows.pollLast();
        if (flow == null) {
            flow = new Flow(this, flows.size());
            flows.add(flow);
        }
        activeFlows++;
        flow.begin(ingress, downstream);
        return flow;
    }

    void recycle(Flow flow) {
        activeFlows--;
        if (idleFlows.size() < MAX_IDLE_FLOWS) {
            idleFlows.addLast(flow);
            return;
        }
        Flow last = flows.removeLast();
        if (last != flow) {
            flows.set(flow.place(), last);
            last.place(flow.place());
        }
    }

    /** Does something with each flow, busy or not. */
    void eachFlow(Consumer<Flow> action) {
        // Of a copy: what is done may end exchanges and begin others.
        List.copyOf(flows).forEach(action);
    }

    /** {@return a buffer with these bytes} */
    ByteBuf buffer(byte[] bytes) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** {@return the exchanges under way on this loop} */
    int activeFlows() {
        return activeFlows;
    }
}
