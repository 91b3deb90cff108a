package dev.chainless.plugin.http;

/**
 * How large a head may be.
 *
 * @param maxHead start line, fields and the empty line together, in bytes, 64 to 1 MiB; past it: 431
 * @param maxFields the number of fields, 1 to 10,000; past it: 431
 * @param maxTarget the request's target in bytes, 16 to {@code maxHead}; past it: 414
 */
record HeadLimits(int maxHead, int maxFields, int maxTarget) {
    static final HeadLimits DEFAULT = new HeadLimits(32 * 1024, 100, 8 * 1024);

    HeadLimits {
        if (maxHead < 64 || maxHead > 1 << 20) {
            throw new IllegalArgumentException("a head of at most " + maxHead + " bytes is not between 64 and 1 MiB");
        }
        if (maxFields < 1 || maxFields > 10_000) {
            throw new IllegalArgumentException("at most " + maxFields + " fields is not between 1 and 10000");
        }
        if (maxTarget < 16 || maxTarget > maxHead) {
            throw new IllegalArgumentException(
                    "a target of at most " + maxTarget + " bytes is not between 16 and the head's " + maxHead);
        }
    }
}
