package dev.chainless.host;

import org.jspecify.annotations.Nullable;

/** What the links on one channel share. On their loop only. */
final class Trunk {
    /** How long it may be idle and can be relied upon still, 0 if it makes itself known when it ends. */
    final long idleNanos;
    /** The links that are open. */
    int links;
    /** The requests that were carried. */
    int uses;
    /** One of the open links, through which more are made. */
    @Nullable Link any;

    Trunk(long idleNanos) {
        this.idleNanos = idleNanos;
    }
}
