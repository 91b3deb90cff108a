package dev.chainless.host;

import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with what lives on it: timer, recycled flows, and the number of connections by which new ones find the
 * less loaded loop. Fields are touched on the loop only, but for that number.
 */
final class Loop {
    private static final int MAX_IDLE_FLOWS = 4096;

    private final int index;
    private final EventLoop eventLoop;
    private final LoopTimer timer;
    private final ArrayDeque<Flow> idleFlows = new ArrayDeque<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final int maxBuffered;
    private int activeFlows;

    Loop(int index, EventLoop eventLoop, int maxBuffered) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.timer = new LoopTimer(eventLoop);
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

    boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** {@return a flow for one exchange, which comes back by {@link #recycle}} */
    Flow flow(@Nullable Generation generation, @Nullable ListenerState listener, HttpDownstream downstream) {
        Flow flow = idleFlows.pollLast();
        if (flow == null) {
            flow = new Flow(this);
        }
        activeFlows++;
        flow.begin(generation, listener, downstream);
        return flow;
    }

    void recycle(Flow flow) {
        activeFlows--;
        if (idleFlows.size() < MAX_IDLE_FLOWS) {
            idleFlows.addLast(flow);
        }
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
