package dev.chainless.host;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.Blocking;
import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.ResponseBody;

/** What no stage may be, or only where the configuration grants it. */
final class StageRules {
    private StageRules() {}

    /**
     * {@return the stage}
     *
     * @param plugin that made it
     * @param blocking whether its plugin's stages may wait
     * @throws IllegalArgumentException if it breaks a rule; the message is for the operator
     */
    static HttpStage checked(HttpStage stage, String plugin, boolean blocking) {
        if (stage.failsOpen() && (stage instanceof Authenticator || stage instanceof Policy)) {
            throw new IllegalArgumentException("the plugin \"" + plugin
                    + "\" makes an authenticator or policy that fails open, which would let everybody in when it fails");
        }
        if (!waits(stage)) {
            return stage;
        }
        if (stage instanceof RequestBody || stage instanceof ResponseBody) {
            throw new IllegalArgumentException("the plugin \"" + plugin
                    + "\" makes a stage that is marked @Blocking and "
                    + "takes bodies, which come on the event loop; its author has to split it in two, or to suspend the "
                    + "body's direction instead");
        }
        if (stage instanceof AccessLog) {
            throw new IllegalArgumentException("the plugin \"" + plugin + "\" makes an access log that is marked "
                    + "@Blocking; its author has to split it in two, or to have PluginContext.every write what log only "
                    + "puts in a queue");
        }
        if (!blocking) {
            throw new IllegalArgumentException("the plugin \"" + plugin + "\" makes a stage that blocks, for which it "
                    + "needs threads; if you want to grant it these, say [plugins." + plugin + "] blocking = true");
        }
        return stage;
    }

    /**
     * {@return the balancer}
     *
     * @param plugin that made it
     * @throws IllegalArgumentException if it breaks a rule; the message is for the operator
     */
    static Balancer checked(Balancer balancer, String plugin) {
        if (waits(balancer)) {
            throw new IllegalArgumentException("the plugin \"" + plugin
                    + "\" makes a balancer that is marked @Blocking, "
                    + "but a balancer is asked on the event loop; its author has to look up beforehand what takes time");
        }
        return balancer;
    }

    /** {@return whether it is marked as one that waits} */
    static boolean waits(Object made) {
        return made.getClass().isAnnotationPresent(Blocking.class);
    }
}
