package dev.chainless.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a stage that waits: for a disk, a lock, another server. Its calls run on virtual threads, never on an event loop,
 * and the exchange goes on when they return. A plugin's stages of this kind are refused unless the configuration grants
 * it threads:
 *
 * <pre>{@code
 * [plugins.NAME]
 * blocking = true
 * max-blocking = 256        # calls at once
 * blocking-timeout = "10s"  # for one call
 * }</pre>
 *
 * <p><b>What runs off the loop</b> is each call that returns a {@link dev.chainless.spi.http.Verdict}: of a request filter,
 * authenticator, policy, response filter or upstream filter. It gets a snapshot, an exchange of its own that nobody else
 * uses meanwhile. When the call returns, what it changed there is put into the exchange on the loop: the heads, the
 * principal, the values that it put into slots, the detail, and a response with its body. The call may wait as it likes, also for
 * the future of a {@link PluginContext#client}. It cannot suspend. A call that throws is a failed stage like any other; of
 * its changes none is kept.
 *
 * <p><b>Bounds.</b> While a plugin has {@code max-blocking} calls under way, an exchange that comes to one of its stages is
 * answered 503 at once, or goes on behind the stage if that {@link dev.chainless.spi.http.HttpStage#failsOpen fails open}.
 * Past {@code blocking-timeout} the client gets 504, or the exchange goes on if the stage fails open. When the time is over,
 * the client goes away or the stage is closed, the thread is interrupted and what it does from then on is dropped. It counts
 * as a call under way until it returns.
 *
 * <p><b>What stays on the loop</b>, with the exchange itself, is {@link dev.chainless.spi.http.HttpStage#complete}: it runs
 * exactly once and must not wait. After an abort it may run while the interrupted call has not returned yet, and so may
 * the close of a value in a slot. What such a value, or the stage, shares between the two has to be thread-safe.
 *
 * <p><b>What cannot wait</b> is refused when it is made. Bodies: their pieces come on the loop, so {@code BodyOut.suspend}
 * and a thread of the plugin's own do what takes time. Access logs: they pass lines on by a bounded queue to
 * {@link PluginContext#every}. Balancers: they look things up beforehand. A stage that does one of these and also waits is
 * written as two.
 *
 * <p>A {@link Counter} is counted by {@link Counter#incrementShared} here, since the thread is not the loop's.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Blocking {}
