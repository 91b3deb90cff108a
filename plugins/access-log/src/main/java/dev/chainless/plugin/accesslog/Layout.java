package dev.chainless.plugin.accesslog;

import dev.chainless.spi.http.Exchange;

/** How a line is written. */
sealed interface Layout permits JsonLayout, CommonLayout {

    /**
     * Writes all of a line but its end.
     *
     * @param exchange that ended
     * @param times of the exchange
     * @param desk of the exchange's loop, with an empty line
     */
    void write(Exchange exchange, Clocks.Times times, Desk desk);

    /** {@return the status that was sent, 0 if none was} */
    static int status(Exchange exchange) {
        return exchange.hasResponse() ? exchange.response().status() : 0;
    }

    /** {@return the version in the words of HTTP} */
    static String version(int version) {
        return switch (version) {
            case 10 -> "HTTP/1.0";
            case 20 -> "HTTP/2.0";
            case 30 -> "HTTP/3.0";
            default -> "HTTP/1.1";
        };
    }
}
