package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a listener tells upstreams about clients, prepared from its configuration.
 *
 * @param clients finds the client behind trusted hops
 * @param xForwarded whether {@code X-Forwarded-*} are added
 * @param forwarded whether {@code Forwarded} is added
 * @param via of a request of version 1.1, null for none
 * @param via10 of one of version 1.0, likewise
 * @param via20 of one of version 2, likewise
 * @param via30 of one of version 3, likewise
 * @param requestId the field with the request's id, null for none
 * @param beginsTrace whether a missing {@code traceparent} is added
 */
record ForwardingRules(ForwardedFor clients, boolean xForwarded, boolean forwarded, @Nullable FieldLine via,
        @Nullable FieldLine via10, @Nullable FieldLine via20, @Nullable FieldLine via30, @Nullable FieldName requestId,
        boolean beginsTrace) {
    private static final List<FieldName> CLAIMS = List.of(FieldName.FORWARDED, FieldName.X_FORWARDED_FOR,
            FieldName.X_FORWARDED_HOST, FieldName.X_FORWARDED_PROTO);
    private static final long CLAIM_BITS = bits();

    static ForwardingRules of(HttpListenerConfig config) {
        String via = config.via();
        String id = config.requestId().field();
        return new ForwardingRules(new ForwardedFor(config.trustedHops(), config.clientAddress()), config.xForwarded(),
                config.forwarded(), via.isEmpty() ? null : FieldLine.of(FieldName.VIA, "1.1 " + via),
                via.isEmpty() ? null : FieldLine.of(FieldName.VIA, "1.0 " + via),
                via.isEmpty() ? null : FieldLine.of(FieldName.VIA, "2.0 " + via),
                via.isEmpty() ? null : FieldLine.of(FieldName.VIA, "3.0 " + via),
                id.isEmpty() ? null : FieldName.of(id), config.trace() == HttpListenerConfig.Trace.BEGIN);
    }

    /** {@return the field that is added to a request of a version, null for none} */
    @Nullable FieldLine via(int version) {
        return switch (version) {
            case 10 -> via10;
            case 20 -> via20;
            case 30 -> via30;
            default -> via;
        };
    }

    boolean namesHost() {
        return xForwarded || forwarded;
    }

    /** {@return false if no field with such a hash says something about the client} */
    static boolean isClaim(int hash) {
        return (CLAIM_BITS >>> hash & 1) != 0;
    }

    /** {@return whether the field there says something about the client} */
    static boolean isClaim(Head head, int place) {
        for (FieldName name : CLAIMS) {
            if (head.hash(place) == name.hash()
                    && name.matches(head.bytes(), head.nameOffset(place), head.nameLength(place))) {
                return true;
            }
        }
        return false;
    }

    private static long bits() {
        long bits = 0;
        for (FieldName name : CLAIMS) {
            bits |= 1L << name.hash();
        }
        return bits;
    }
}
