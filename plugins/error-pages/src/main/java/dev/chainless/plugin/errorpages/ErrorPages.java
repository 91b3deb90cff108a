package dev.chainless.plugin.errorpages;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Puts a page in the place of an error's body.
 *
 * @param statuses of the responses that get it
 * @param page the page
 * @param contentType of the page
 * @param preference of the client
 * @param problemJson whether there are problem details, too
 * @param localOnly whether the upstream's errors stay
 */
record ErrorPages(List<StatusRange> statuses, Page page, FieldLine contentType, Preference preference,
        boolean problemJson, boolean localOnly) implements ResponseFilter {
    private static final FieldLine PROBLEM = FieldLine.of(FieldName.CONTENT_TYPE, "application/problem+json");
    private static final FieldLine VARY_ACCEPT = FieldLine.of(FieldName.VARY, "Accept");

    /** Fields that describe the former body, or how it was sent. */
    private static final Set<String> REPLACED = Set.of("accept-ranges", "connection", "content-digest",
            "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
            "content-range", "content-type", "digest", "etag", "keep-alive", "last-modified", "repr-digest", "trailer",
            "transfer-encoding", "upgrade");

    @Override
    public Verdict onResponse(Exchange exchange) {
        Head response = exchange.response();
        if (isMeant(response.status()) && isReplaceable(exchange, response)) {
            replace(exchange, response);
        }
        return Verdict.CONTINUE;
    }

    private boolean isMeant(int status) {
        for (int i = 0; i < statuses.size(); i++) {
            if (statuses.get(i).has(status)) {
                return true;
            }
        }
        return false;
    }

    /** A local reply with a body and without a reason is what the configuration says of a route. */
    private boolean isReplaceable(Exchange exchange, Head response) {
        return exchange.isLocalReply()
                ? response.contentLength() == 0 || !exchange.detail().isEmpty()
                : !localOnly;
    }

    private void replace(Exchange exchange, Head response) {
        boolean json = problemJson && preference.isJson(exchange.request().getAll(FieldName.ACCEPT));
        byte[] body = json ? problem(exchange) : page.render(exchange);
        List<FieldLine> kept = kept(response);
        exchange.respond(response.status(), json ? PROBLEM : contentType, Unpooled.wrappedBuffer(body));
        Head reply = exchange.response();
        kept.forEach(reply::add);
        if (problemJson) {
            reply.add(VARY_ACCEPT);
        }
    }

    private static List<FieldLine> kept(Head response) {
        var kept = new ArrayList<FieldLine>();
        for (int place = 0; place < response.places(); place++) {
            if (response.live(place)) {
                String name = response.name(place).toLowerCase(Locale.ROOT);
                if (!REPLACED.contains(name)) {
                    kept.add(FieldLine.of(name, response.value(place)));
                }
            }
        }
        return kept;
    }

    private static byte[] problem(Exchange exchange) {
        int status = exchange.response().status();
        String id = exchange.requestId();
        String text = "{\"type\":\"about:blank\",\"title\":\"" + Reasons.of(status) + "\",\"status\":" + status
                + (id.isEmpty() ? "" : ",\"request_id\":\"" + Escaping.JSON.escape(id) + "\"") + "}\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
