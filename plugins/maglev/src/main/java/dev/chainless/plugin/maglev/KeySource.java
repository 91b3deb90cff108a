package dev.chainless.plugin.maglev;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.NamedValues;
import dev.chainless.spi.http.Principal;
import java.util.List;
import java.util.Map;

/** Finds the key of an exchange: the hash of a value, {@link #NONE} excepted. */
sealed interface KeySource {
    /** There is no key. */
    long NONE = 0;

    /** {@return the key of an exchange, {@link #NONE} if it has none} */
    long of(Exchange exchange);

    /** {@return the source of a kind of key} */
    static KeySource of(Key key) {
        return switch (key.kind()) {
            case CLIENT_ADDRESS -> new OfClient();
            case HEADER -> new OfField(FieldName.of(key.name()));
            case COOKIE -> new OfCookie(key.name());
            case QUERY -> new OfParameter(key.name());
            case CLAIM -> new OfClaim(key.name());
        };
    }

    /** The client's address. Its hash code is made of all of its bits, and unlike them read without a copy. */
    record OfClient() implements KeySource {
        @Override
        public long of(Exchange exchange) {
            return Hash.of(exchange.client().hashCode());
        }
    }

    /** The value of a field; of several only the first one. */
    record OfField(FieldName name) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            Head request = exchange.request();
            int place = request.find(name, 0);
            return place < 0 ? NONE
                    : value(request.bytes(), request.valueOffset(place), request.valueLength(place));
        }
    }

    /** The value of a cookie. HTTP/2 and 3 may bring one field for each (RFC 9113, section 8.2.3). */
    record OfCookie(String name) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            Head request = exchange.request();
            for (int at = request.find(FieldName.COOKIE, 0); at >= 0; at = request.find(FieldName.COOKIE, at + 1)) {
                int from = request.valueOffset(at);
                long key = named(name, request.bytes(), from, from + request.valueLength(at), ';');
                if (key != NONE) {
                    return key;
                }
            }
            return NONE;
        }
    }

    /** The value of a parameter of the query, as it is written: "%41" is not "A". */
    record OfParameter(String name) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            Head request = exchange.request();
            int from = request.targetOffset() + request.pathLength() + 1;
            return named(name, request.targetBytes(), from, request.targetOffset() + request.targetLength(), '&');
        }
    }

    /** A claim of the principal. Lists and tables are no keys. */
    record OfClaim(String name) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            Principal principal = exchange.principal();
            Object claim = principal == null ? null : principal.claims().get(name);
            return switch (claim) {
                case null -> NONE;
                case List<?> _,Map<?, ?> _ -> NONE;
                case String text -> text.isEmpty() ? NONE : Hash.of(text);
                default -> Hash.of(claim.toString());
            };
        }
    }

    private static long value(byte[] bytes, int offset, int length) {
        return length == 0 ? NONE : Hash.of(bytes, offset, length);
    }

    /** {@return the key of the first {@code name=value} in a list} */
    private static long named(String name, byte[] bytes, int from, int to, char separator) {
        int value = NamedValues.find(name, bytes, from, to, separator);
        return value < 0 ? NONE : value(bytes, value, NamedValues.end(bytes, value, to, separator) - value);
    }
}
