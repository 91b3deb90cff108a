package dev.chainless.host;

import org.jspecify.annotations.Nullable;

/** What the links on one channel share. On their loop only. */
final class Trunk {
    /** The links that are open. */
    int links;
    /** The requests that were carried. */
    int uses;
    /** One of the open links, through which more are made. */
    @Nullable Link any;
}
