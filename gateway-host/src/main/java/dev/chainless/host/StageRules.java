package dev.chainless.host;

import dev.chainless.spi.Blocking;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;

/** What no stage may be, or only where the configuration grants it. */
final class StageRules {
    private StageRules() {}

    /**
     * {@return the stage}
     *
     * @param plugin that made it
     * @param blocking whether its plugin's stages may block
     * @throws IllegalArgumentException if it breaks a rule; the message is for the operator
     */
    static HttpStage checked(HttpStage stage, String plugin, boolean blocking) {
        if (stage.failsOpen() && (stage instanceof Authenticator || stage instanceof Policy)) {
            throw new IllegalArgumentException("the plugin \"" + plugin
                    + "\" makes an authenticator or policy that fails open, which would let everybody in when it fails");
        }
        if (!blocking && stage.getClass().isAnnotationPresent(Blocking.class)) {
            throw new IllegalArgumentException(
                    "the plugin \"" + plugin + "\" makes a stage that blocks, and would hold up "
                            + "every exchange of its event loop; if you want that, say [plugins." + plugin
                            + "] blocking = true");
        }
        return stage;
    }
}
