package dev.chainless.host;

import dev.chainless.spi.http.Exchange;
import java.util.function.Function;

/** Where an exchange stands in its chain. On the exchange's loop only. */
class Cursor {
    final Exchange exchange;

    /** In the phase that runs: set to a start before it, stored as the index of a step plus one before each call. */
    int step;

    /** The number of stages that the request phase entered. */
    int entered;

    Cursor(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Makes the exchange with this cursor as its host. */
    Cursor(Function<Cursor, Exchange> exchange) {
        this.exchange = exchange.apply(this);
    }
}
