package dev.chainless.plugin.http;

import org.jspecify.annotations.Nullable;

/**
 * The open streams of a connection by their number: open addressing, without a box for the key. Numbers come in order, so
 * that probing hardly happens.
 *
 * @param <S> the type of stream
 */
final class StreamTable<S extends FramedStream> {
    private @Nullable FramedStream[] slots = new FramedStream[16];
    private int size;

    int size() {
        return size;
    }

    private int home(int id, int mask) {
        return (id >>> 1) & mask;
    }

    @SuppressWarnings("unchecked") // only put() fills the slots
    @Nullable S get(int id) {
        int mask = slots.length - 1;
        int at = home(id, mask);
        for (FramedStream s = slots[at]; s != null; s = slots[at]) {
            if (s.id == id) {
                return (S) s;
            }
            at = (at + 1) & mask;
        }
        return null;
    }

    void put(S stream) {
        if (size * 2 >= slots.length) {
            grow();
        }
        insert(stream);
        size++;
    }

    private void insert(FramedStream stream) {
        int mask = slots.length - 1;
        int at = home(stream.id, mask);
        while (slots[at] != null) {
            at = (at + 1) & mask;
        }
        slots[at] = stream;
    }

    private void grow() {
        @Nullable FramedStream[] before = slots;
        slots = new FramedStream[before.length * 2];
        for (FramedStream s : before) {
            if (s != null) {
                insert(s);
            }
        }
    }

    void remove(int id) {
        int mask = slots.length - 1;
        int at = home(id, mask);
        for (FramedStream s = slots[at]; s == null || s.id != id; s = slots[at]) {
            if (s == null) {
                return;
            }
            at = (at + 1) & mask;
        }
        slots[at] = null;
        size--;
        // What was pushed behind it moves up, so that no search stops early.
        for (int i = (at + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
            FramedStream moved = slots[i];
            slots[i] = null;
            insert(java.util.Objects.requireNonNull(moved));
        }
    }

    /** {@return the number of places that {@link #at} has} */
    int places() {
        return slots.length;
    }

    /** {@return the stream in a place, null if none; removing one moves others} */
    @SuppressWarnings("unchecked") // only put() fills the slots
    @Nullable S at(int place) {
        return (S) slots[place];
    }
}
