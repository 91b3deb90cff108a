package dev.chainless.spi.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Sends requests of a plugin's own, by a cluster's pools, limits and codecs. Thread-safe.
 */
public interface HttpClient {

    /**
     * Sends a request and gathers its response.
     *
     * @param request what to send
     * @param maxBody the longest response body that is taken, in bytes
     * @param timeout how long it may take until the response is whole
     * @return completes on an event loop; exceptionally by an {@link java.io.IOException} that says in a sentence what went
     *     wrong. Cancelling it gives the request up
     */
    CompletableFuture<ClientResponse> send(ClientRequest request, int maxBody, Duration timeout);
}
