package dev.chainless.host;

import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.http.HttpListener;
import java.time.Duration;

/**
 * The codec of a listener, with where it delivers. A listener whose address or protocol changes gets another one, and the
 * connections of the former drain.
 *
 * @param use the codec
 * @param ingress where it delivers
 * @param address that it was made for
 */
record Gate(Use<HttpListener> use, Ingress ingress, HostPort address) {

    HttpListener codec() {
        return use.made();
    }

    /** Closes idle connections, and busy ones after their exchange. */
    void drain(Loops loops, Duration within) {
        ingress.drain();
        loops.eachLater(loop -> codec().drain(loop.index(), within));
    }

    /** {@return the connections that are open} */
    int connections(Loops loops) {
        int sum = 0;
        for (Loop loop : loops.all()) {
            sum += codec().connections(loop.index());
        }
        return sum;
    }
}
