package dev.chainless.plugin.http;

/** The streams that were closed lately, by which what still comes for them is judged. */
final class ClosedStreams {
    private static final int REMEMBERED = 128;

    /** The sign says whether we closed it alone. */
    private final int[] ids = new int[REMEMBERED];
    private int next;

    /** Remembers a stream; {@code ours} if we closed it, so that more of the peer's may be on its way. */
    void add(int id, boolean ours) {
        ids[next] = ours ? -id : id;
        next = (next + 1) & (REMEMBERED - 1);
    }

    /** {@return 1 if a stream was closed by both or the peer, -1 if by us, 0 if that is not known} */
    int closed(int id) {
        for (int closed : ids) {
            if (closed == id) {
                return 1;
            }
            if (closed == -id) {
                return -1;
            }
        }
        return 0;
    }
}
