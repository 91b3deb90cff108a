package dev.chainless.plugin.cors;

import dev.chainless.spi.Slot;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import java.util.List;
import java.util.Locale;

/**
 * Answers preflights and says who may read other responses.
 *
 * @param origins that are allowed
 * @param grants to them
 * @param allowed the field that allows the exchange's origin; kept, since a later stage may remove {@code Origin}
 */
record CorsStage(Origins origins, Grants grants, Slot<FieldLine> allowed) implements RequestFilter, ResponseFilter {
    private static final FieldName REQUEST_METHOD = FieldName.of("access-control-request-method");
    private static final FieldLine VARY_ORIGIN = FieldLine.of(FieldName.VARY, "Origin");
    private static final FieldLine VARY_PREFLIGHT = FieldLine.of(
            FieldName.VARY, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
    private static final int NO_CONTENT = 204;
    private static final int FORBIDDEN = 403;

    @Override
    public Verdict onRequest(Exchange exchange) {
        Head request = exchange.request();
        int place = request.find(FieldName.ORIGIN, 0);
        if (place < 0) {
            return Verdict.CONTINUE;
        }
        FieldLine line = origins.allow(request, place);
        if (line != null) {
            exchange.put(allowed, line);
        }
        if (request.method().equals("OPTIONS") && request.contains(REQUEST_METHOD)) {
            return preflight(exchange, line != null);
        }
        return Verdict.CONTINUE;
    }

    @Override
    public Verdict onResponse(Exchange exchange) {
        Head response = exchange.response();
        Grants.withdraw(response);
        FieldLine line = exchange.get(allowed);
        if (line != null) {
            response.add(line);
            add(response, grants.actual());
        }
        if (origins.vary() && !varies(response)) {
            response.add(VARY_ORIGIN);
        }
        return Verdict.CONTINUE;
    }

    /** The origin itself is the response filter's to answer, here as elsewhere. */
    private Verdict preflight(Exchange exchange, boolean isAllowed) {
        if (!isAllowed) {
            exchange.detail("origin not allowed");
            return exchange.respond(FORBIDDEN);
        }
        Verdict verdict = exchange.respond(NO_CONTENT);
        add(exchange.response(), grants.preflight());
        exchange.response().add(VARY_PREFLIGHT);
        return verdict;
    }

    private static void add(Head response, List<FieldLine> lines) {
        for (int i = 0; i < lines.size(); i++) {
            response.add(lines.get(i));
        }
    }

    /** {@return whether the response already says that it depends on the origin, or on anything} */
    private static boolean varies(Head response) {
        for (int i = response.find(FieldName.VARY, 0); i >= 0; i = response.find(FieldName.VARY, i + 1)) {
            for (String name : response.value(i).toLowerCase(Locale.ROOT).split(",", -1)) {
                if (name.strip().equals("origin") || name.strip().equals("*")) {
                    return true;
                }
            }
        }
        return false;
    }
}
