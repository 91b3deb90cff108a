package dev.chainless.plugin.addresslist;

import dev.chainless.spi.config.IpPrefix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Gathers ranges and flattens them. */
final class RangeList {
    private final List<Entry> ipv4 = new ArrayList<>();
    private final List<Entry> ipv6 = new ArrayList<>();

    /**
     * A range of addresses of 128 bits.
     *
     * @param upper the upper half of its first address
     * @param lower the lower half
     * @param length how many leading bits are fixed
     * @param allowed the decision
     */
    private record Entry(long upper, long lower, int length, boolean allowed) implements Comparable<Entry> {

        /** Enclosing ranges first; of two equal ones, the one that denies last, since the last one counts. */
        @Override
        public int compareTo(Entry other) {
            int order = Long.compareUnsigned(upper, other.upper);
            order = order != 0 ? order : Long.compareUnsigned(lower, other.lower);
            order = order != 0 ? order : Integer.compare(length, other.length);
            return order != 0 ? order : Boolean.compare(other.allowed, allowed);
        }

        long lastUpper() {
            return upper | ~Bits.ones(length);
        }

        long lastLower() {
            return lower | ~Bits.ones(length - 64);
        }

        boolean isBefore(Entry other) {
            int order = Long.compareUnsigned(lastUpper(), other.upper);
            return order < 0 || (order == 0 && Long.compareUnsigned(lastLower(), other.lower) < 0);
        }
    }

    void add(IpPrefix range, boolean allowed) {
        byte[] bytes = range.network().getAddress();
        if (bytes.length == 4) {
            ipv4.add(new Entry(Bits.big(bytes, 0, 4) << 32, 0, range.length(), allowed));
        } else {
            ipv6.add(new Entry(Bits.big(bytes, 0, 8), Bits.big(bytes, 8, 8), range.length(), allowed));
        }
    }

    Ranges ipv4(boolean otherwise) {
        return flatten(ipv4, otherwise);
    }

    Ranges ipv6(boolean otherwise) {
        return flatten(ipv6, otherwise);
    }

    /** Ranges nest or are apart, so that a stack of those that are open tells what counts behind the end of one. */
    private static Ranges flatten(List<Entry> entries, boolean otherwise) {
        var changes = new Changes(2 * entries.size(), otherwise);
        var open = new ArrayDeque<Entry>();
        for (Entry entry : entries.stream().sorted().toList()) {
            while (!open.isEmpty() && open.getLast().isBefore(entry)) {
                changes.closed(open.removeLast(), open.isEmpty() ? otherwise : open.getLast().allowed);
            }
            changes.at(entry.upper, entry.lower, entry.allowed);
            open.addLast(entry);
        }
        while (!open.isEmpty()) {
            changes.closed(open.removeLast(), open.isEmpty() ? otherwise : open.getLast().allowed);
        }
        return changes.ranges();
    }

    /** The addresses at which the decision changes, as far as they are known. */
    private static final class Changes {
        private final boolean first;
        private final long[] upper;
        private final long[] lower;
        private int count;

        Changes(int capacity, boolean first) {
            this.first = first;
            this.upper = new long[capacity];
            this.lower = new long[capacity];
        }

        void closed(Entry entry, boolean enclosing) {
            long nextLower = entry.lastLower() + 1;
            long nextUpper = nextLower == 0 ? entry.lastUpper() + 1 : entry.lastUpper();
            if (nextUpper != 0 || nextLower != 0) {
                at(nextUpper, nextLower, enclosing);
            }
        }

        void at(long addressUpper, long addressLower, boolean allowed) {
            if (count > 0 && upper[count - 1] == addressUpper && lower[count - 1] == addressLower) {
                count--;
            }
            boolean before = first ^ (count & 1) != 0;
            if (before != allowed) {
                upper[count] = addressUpper;
                lower[count] = addressLower;
                count++;
            }
        }

        Ranges ranges() {
            boolean halves = Arrays.stream(lower, 0, count).allMatch(half -> half == 0);
            return new Ranges(first, Arrays.copyOf(upper, count), halves ? new long[0] : Arrays.copyOf(lower, count));
        }
    }
}
