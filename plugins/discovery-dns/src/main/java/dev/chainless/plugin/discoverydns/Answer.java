package dev.chainless.plugin.discoverydns;

import java.util.List;

/** What became of a question. */
sealed interface Answer {

    /**
     * There is something.
     *
     * @param data in their order, at least one
     * @param ttlSeconds the least of all records on the way to it
     * @param leftOut how many more there are
     */
    record Found(List<Datum> data, long ttlSeconds, int leftOut) implements Answer {}

    /**
     * A name server says that there is nothing.
     *
     * @param why it says so
     */
    record Nothing(String why) implements Answer {}

    /** The name is an alias of another one, of which the message does not say more: that one is to be asked for. */
    record Elsewhere() implements Answer {}

    /**
     * Nobody has said anything.
     *
     * @param why not
     */
    record Failed(String why) implements Answer {}
}
