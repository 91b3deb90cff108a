package dev.chainless.plugin.http;

/**
 * The priority of a response by RFC 9218, packed to an int: urgency 0 to 7, and a bit for incremental. Parameters that are
 * not understood, and values out of range, count as absent.
 */
final class Priority {
    /** Urgency 3, not incremental. */
    static final int NONE = 3;
    static final int INCREMENTAL = 8;
    static final int URGENCIES = 8;

    private Priority() {}

    static int urgency(int priority) {
        return priority & 7;
    }

    static boolean isIncremental(int priority) {
        return (priority & INCREMENTAL) != 0;
    }

    /** {@return the priority that a dictionary of structured fields says} */
    static int parse(byte[] b, int offset, int length) {
        int urgency = NONE;
        boolean incremental = false;
        int end = offset + length;
        int i = offset;
        while (i < end) {
            while (i < end && (Octets.isBlank(b[i]) || b[i] == ',')) {
                i++;
            }
            int member = i;
            while (i < end && b[i] != ',') {
                i++;
            }
            int to = i;
            while (to > member && Octets.isBlank(b[to - 1])) {
                to--;
            }
            int size = to - member;
            if (size == 3 && b[member] == 'u' && b[member + 1] == '=' && b[member + 2] >= '0' && b[member + 2] <= '7') {
                urgency = b[member + 2] - '0';
            } else if (size >= 1 && b[member] == 'i' && (size == 1 || b[member + 1] == '=')) {
                incremental = size == 1 || (size == 4 && b[member + 2] == '?' && b[member + 3] == '1');
            }
        }
        return incremental ? urgency | INCREMENTAL : urgency;
    }
}
