package dev.chainless.host;

import java.time.Instant;

/** What is told of one load of a plugin. It outlives the plugin, and holds nothing of it. Thread-safe. */
final class PluginStatus {
    /** Where a plugin is in its life. */
    enum State {
        /** Its jar is being looked at and its plugin made. */
        LOADING,
        /** New exchanges use it, or would if a route named it. */
        LIVE,
        /** Replaced or taken out; exchanges that began on it go on. */
        DRAINING,
        /** Closed; its classes are about to be collected. */
        CLOSED,
        /** Its classes were collected. */
        UNLOADED,
        /** Closed, but something still holds its classes. */
        NOT_COLLECTED,
        /** It could not be loaded. */
        FAILED,
        /** The configuration names it, and there is no jar. */
        ABSENT
    }

    private final String name;
    private final String version;
    private final String digest;
    private final String kind;
    private final String module;
    private final Instant since = Instant.now();
    private volatile State state = State.LIVE;
    private volatile String failure = "";

    PluginStatus(String name, String version, String digest, String kind, String module) {
        this.name = name;
        this.version = version;
        this.digest = digest;
        this.kind = kind;
        this.module = module;
    }

    /** {@return the status of a plugin that is not there} */
    static PluginStatus missing(String name, State state, String failure) {
        var status = new PluginStatus(name, "", "", "", "");
        status.state = state;
        status.failure = failure;
        return status;
    }

    String name() {
        return name;
    }

    String version() {
        return version;
    }

    String digest() {
        return digest;
    }

    String kind() {
        return kind;
    }

    String module() {
        return module;
    }

    /** {@return when it was loaded} */
    Instant since() {
        return since;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    /** {@return the last thing that went wrong with it, empty if nothing did} */
    String failure() {
        return failure;
    }

    void failure(String sentence) {
        failure = sentence;
    }
}
