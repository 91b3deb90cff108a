package dev.chainless.plugin.compress;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a response's head says about compressing it, and how it reads afterwards. */
final class Response {
    private static final FieldName ACCEPT_RANGES = FieldName.of("accept-ranges");
    private static final FieldName CACHE_CONTROL = FieldName.of("cache-control");
    private static final FieldName CONTENT_RANGE = FieldName.of("content-range");
    private static final FieldName ETAG = FieldName.of("etag");
    private static final FieldName IF_NONE_MATCH = FieldName.of("if-none-match");
    /** Of the bytes that were: the content's, or the representation's without the coding (RFC 9530). */
    private static final List<FieldName> DIGESTS = List.of(FieldName.of("content-digest"), FieldName.of("repr-digest"),
            FieldName.of("digest"), FieldName.of("content-md5"));
    private static final FieldLine VARY = FieldLine.of(FieldName.VARY, "Accept-Encoding");
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int RESET_CONTENT = 205;
    private static final int PARTIAL_CONTENT = 206;
    static final int NOT_MODIFIED = 304;

    private Response() {}

    /**
     * {@return whether what is asked for can be had compressed, so that its responses vary} That does not depend on what
     * this client accepts, nor on whether it asked for all of it.
     */
    static boolean varies(Head request, Head response, CompressConfig config) {
        return !response.contains(FieldName.CONTENT_ENCODING) && isOfType(response, config.types())
                && hasContent(request, response, config.minSize().bytes())
                && !ListedValue.in(response, CACHE_CONTROL, "no-transform");
    }

    private static boolean hasContent(Head request, Head response, long least) {
        return switch (response.status()) {
            case SWITCHING_PROTOCOLS, NO_CONTENT, RESET_CONTENT -> false;
            case PARTIAL_CONTENT, NOT_MODIFIED -> true;
            default -> {
                long length = length(request, response);
                yield length == Head.UNKNOWN_LENGTH || length >= least;
            }
        };
    }

    /** The length that a GET would have: an answer to HEAD has it in the field alone. */
    private static long length(Head request, Head response) {
        if (!request.method().equals("HEAD") || response.contentLength() > 0) {
            return response.contentLength();
        }
        String said = response.get(FieldName.CONTENT_LENGTH);
        return said == null || !said.matches("[0-9]{1,18}") ? Head.UNKNOWN_LENGTH : Long.parseLong(said);
    }

    private static boolean isOfType(Head response, List<MediaRange> types) {
        int place = response.find(FieldName.CONTENT_TYPE, 0);
        if (place < 0) {
            return response.status() == NOT_MODIFIED; // it does not say
        }
        byte[] bytes = response.bytes();
        int from = response.valueOffset(place);
        int to = from;
        int end = from + response.valueLength(place);
        while (to < end && bytes[to] != ';') {
            to++;
        }
        while (to > from && ListedValue.isSpace(bytes[to - 1])) {
            to--;
        }
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).matches(bytes, from, to)) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether a response that varies has all of its content, and nobody forbade to change it} */
    static boolean mayChange(Head request, Head response) {
        return response.status() != PARTIAL_CONTENT && response.status() != NOT_MODIFIED
                && !response.contains(CONTENT_RANGE) && !ListedValue.in(request, CACHE_CONTROL, "no-transform");
    }

    /** Says that other clients may get something else. */
    static void vary(Head response) {
        if (!ListedValue.in(response, FieldName.VARY, "accept-encoding")
                && !ListedValue.in(response, FieldName.VARY, "*")) {
            response.add(VARY);
        }
    }

    /** Makes the head that of the compressed response. */
    static void change(Head response, Coding coding) {
        response.add(coding.field());
        response.remove(FieldName.CONTENT_LENGTH);
        response.contentLength(Head.UNKNOWN_LENGTH);
        response.remove(ACCEPT_RANGES);
        dropDigests(response);
        weaken(response);
    }

    /** Removes the digests that are not those of what the client gets, from a head or from trailers. */
    static void dropDigests(@Nullable Head fields) {
        for (int i = 0; i < DIGESTS.size() && fields != null; i++) {
            fields.remove(DIGESTS.get(i));
        }
    }

    /**
     * Two codings of the same are never equal byte by byte (RFC 9110, section 8.8.1). By the weak validator a client finds
     * again what it has, but can't put together ranges of several codings.
     */
    private static void weaken(Head response) {
        String tag = response.get(ETAG);
        if (tag != null && !tag.startsWith("W/")) {
            response.set(ETAG, "W/" + tag);
        }
    }

    /** A client that has the compressed response knows it by its weak validator, and has to find that one here. */
    static void recognise(Head request, Head response) {
        String tag = response.get(ETAG);
        if (tag != null && ListedValue.in(request, IF_NONE_MATCH, "W/" + tag)) {
            weaken(response);
        }
    }
}
