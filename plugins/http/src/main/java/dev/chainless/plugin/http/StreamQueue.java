package dev.chainless.plugin.http;

import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection that have something to send and a window to send it in, in the order of RFC 9218, section 10:
 * by urgency; of the same urgency those that are not incremental one after another, those that are by turns.
 */
final class StreamQueue {
    private final @Nullable FramedStream[] first = new FramedStream[Priority.URGENCIES];
    private final @Nullable FramedStream[] last = new FramedStream[Priority.URGENCIES];
    private int waiting;

    /** {@return whether nothing waits} */
    boolean isEmpty() {
        return waiting == 0;
    }

    /** {@return the stream whose turn it is, null if there is none} */
    @Nullable FramedStream first() {
        for (int urgency = 0; waiting != 0 && urgency < Priority.URGENCIES; urgency++) {
            FramedStream stream = first[urgency];
            if (stream != null) {
                return stream;
            }
        }
        return null;
    }

    void add(FramedStream stream) {
        if (stream.queuedAt >= 0) {
            return;
        }
        int urgency = Priority.urgency(stream.priority);
        FramedStream before = last[urgency];
        stream.queuedAt = urgency;
        stream.previous = before;
        stream.next = null;
        if (before == null) {
            first[urgency] = stream;
        } else {
            before.next = stream;
        }
        last[urgency] = stream;
        waiting++;
    }

    void remove(FramedStream stream) {
        int urgency = stream.queuedAt;
        if (urgency < 0) {
            return;
        }
        FramedStream next = stream.next;
        FramedStream previous = stream.previous;
        if (next == null) {
            last[urgency] = previous;
        } else {
            next.previous = previous;
        }
        if (previous == null) {
            first[urgency] = next;
        } else {
            previous.next = next;
        }
        stream.next = null;
        stream.previous = null;
        stream.queuedAt = -1;
        waiting--;
    }

    /** A stream has had its turn. */
    void turn(FramedStream stream) {
        if (Priority.isIncremental(stream.priority) && stream.next != null) {
            remove(stream);
            add(stream);
        }
    }

    /** A stream's priority changes. */
    void reprioritise(FramedStream stream, int priority) {
        boolean queued = stream.queuedAt >= 0;
        remove(stream);
        stream.priority = priority;
        if (queued) {
            add(stream);
        }
    }
}
