package dev.chainless.plugin.discoverydns;

import java.util.Comparator;

/** What a record says. */
sealed interface Datum {
    /** An order that does not depend on that of an answer, which name servers rotate. */
    Comparator<Datum> ORDER = Comparator.comparing(Datum::toString);

    /**
     * Of an A or AAAA record.
     *
     * @param host an IP address
     */
    record Address(String host) implements Datum {}

    /**
     * Of an SRV record, RFC 2782.
     *
     * @param priority 0 to 65535; the lowest first
     * @param weight 0 to 65535
     * @param port 1 to 65535
     * @param target a name as questions have it
     */
    record Service(int priority, int weight, int port, String target) implements Datum {}
}
