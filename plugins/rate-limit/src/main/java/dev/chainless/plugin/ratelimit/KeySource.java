package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Principal;
import java.util.List;
import java.util.Map;

/** Finds the key of an exchange. Keys are hashes of 64 bits, {@link #NONE} excepted. */
sealed interface KeySource {
    /** There is no key. */
    long NONE = 0;

    /** The one key of all exchanges that have none, where they share one. */
    long SHARED = 1;

    /** {@return the key of an exchange, {@link #NONE} if it has none} */
    long of(Exchange exchange);

    /** {@return the source that a configuration asks for} */
    static KeySource of(RateLimitConfig config, int loops, KeyedHash hash) {
        Key key = config.key();
        return switch (key.kind()) {
            case CLIENT_ADDRESS -> new OfClient(new ClientKeys(loops, config.ipv6Prefix(), hash));
            case HEADER -> new OfField(FieldName.of(key.name()), hash);
            case CLAIM -> new OfClaim(key.name(), hash);
            case ROUTE -> new OfRoute(hash);
        };
    }

    /** The client's address. */
    record OfClient(ClientKeys keys) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            return keys.of(exchange.client(), exchange.loop());
        }
    }

    /**
     * The value of a field. Only the first one counts, and it counts byte by byte: a client that can choose the value
     * can choose another key anyhow.
     */
    record OfField(FieldName name, KeyedHash hash) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            Head request = exchange.request();
            int place = request.find(name, 0);
            return place < 0 || request.valueLength(place) == 0
                    ? NONE
                    : hash.of(request.bytes(), request.valueOffset(place), request.valueLength(place));
        }
    }

    /** A claim of the principal. Lists and tables are no keys. */
    record OfClaim(String name, KeyedHash hash) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            Principal principal = exchange.principal();
            Object claim = principal == null ? null : principal.claims().get(name);
            return switch (claim) {
                case null -> NONE;
                case List<?> _,Map<?, ?> _ -> NONE;
                case String text -> text.isEmpty() ? NONE : hash.of(text);
                default -> hash.of(claim.toString());
            };
        }
    }

    /** The name of the route: two routes that share a stage still have a limit each. */
    record OfRoute(KeyedHash hash) implements KeySource {
        @Override
        public long of(Exchange exchange) {
            return hash.of(exchange.route());
        }
    }
}
