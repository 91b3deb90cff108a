package dev.chainless.plugin.discoverydns;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one loop on which all of this plugin's sockets are: there as long as a discovery needs it. Thread-safe. */
final class SharedLoop {
    private @Nullable EventLoop loop;
    private int users;

    /** {@return the loop, for one more user, who gives it back by {@link #release}} */
    synchronized EventLoop take() {
        users++;
        EventLoop running = loop;
        if (running == null) {
            running = new SingleThreadIoEventLoop(null, work -> {
                var thread = new Thread(work, "discovery-dns");
                thread.setDaemon(true);
                return thread;
            }, NioIoHandler.newFactory());
            loop = running;
        }
        return running;
    }

    /** One user less. The last one ends the loop, and waits for its thread: its plugin may be unloaded next. */
    synchronized void release() {
        EventLoop running = loop;
        if (--users == 0 && running != null) {
            loop = null;
            running.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
    }
}
