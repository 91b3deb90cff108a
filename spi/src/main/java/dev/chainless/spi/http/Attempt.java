package dev.chainless.spi.http;

import dev.chainless.spi.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange at one endpoint. Retries are more attempts, one after the other; the object is recycled from
 * one to the next. On the exchange's loop only.
 */
public final class Attempt {
    private final Exchange exchange;
    private final Head response = new Head();
    private Head request;
    private @Nullable Endpoint endpoint;
    private int number;

    Attempt(Exchange exchange) {
        this.exchange = exchange;
        this.request = exchange.request();
    }

    /** {@return the client's request that is tried} */
    public Exchange exchange() {
        return exchange;
    }

    /** {@return the head that is sent; edits do not reach later attempts if the chain has upstream request filters} */
    public Head request() {
        return request;
    }

    /** {@return the head that came back; empty before} */
    public Head response() {
        return response;
    }

    /** {@return where it goes, null before that is chosen} */
    public @Nullable Endpoint endpoint() {
        return endpoint;
    }

    /** {@return 1 for the first try, 2 for the next} */
    public int number() {
        return number;
    }

    /**
     * Begins a try. For the host.
     *
     * @param number 1 for the first
     * @param request what will be sent
     */
    public void begin(int number, Head request) {
        this.number = number;
        this.request = request;
        this.endpoint = null;
        response.clear();
    }

    /**
     * Sets where the try goes. For the host.
     *
     * @param endpoint of the exchange's cluster
     */
    public void endpoint(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    void copyFrom(Attempt other) {
        number = other.number;
        endpoint = other.endpoint;
        if (other.hasOwnRequest()) {
            request = new Head();
            request.copyFrom(other.request);
        }
        response.copyFrom(other.response);
    }

    void takeEdits(Attempt copy) {
        if (hasOwnRequest()) {
            request.copyFrom(copy.request);
        }
        response.copyFrom(copy.response);
    }

    private boolean hasOwnRequest() {
        return request != exchange.request();
    }

    void clear() {
        number = 0;
        endpoint = null;
        request = exchange.request();
        response.clear();
    }
}
