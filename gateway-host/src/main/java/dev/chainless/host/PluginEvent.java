package dev.chainless.host;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Marks the life of plugins in a flight recording. */
@Category("Chainless")
@StackTrace(false)
abstract class PluginEvent extends Event {
    @Label("Plugin")
    String plugin = "";

    @Label("SHA-256")
    String digest = "";

    /** A jar was loaded, or could not be. */
    @Name("dev.chainless.PluginLoad")
    @Label("Plugin Load")
    static final class Load extends PluginEvent {
        @Label("Failure")
        String failure = "";
    }

    /** A jar was closed; the duration lasts until its classes were collected. */
    @Name("dev.chainless.PluginUnload")
    @Label("Plugin Unload")
    static final class Unload extends PluginEvent {
        @Label("Collected")
        boolean collected;
    }
}
