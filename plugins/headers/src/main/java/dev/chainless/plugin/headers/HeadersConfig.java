package dev.chainless.plugin.headers;

import dev.chainless.spi.config.Doc;

/**
 * What one use of the plugin edits.
 *
 * @param request edits of the request, before later stages and the upstream see it
 * @param response edits of the response, the gateway's own replies included
 */
record HeadersConfig(
        @Doc("What is edited in requests, before later stages and the upstream see them.") Edits request,
        @Doc("What is edited in responses, the gateway's own replies included.") Edits response) {

    /** Refuses a stage that would do nothing. */
    HeadersConfig {
        if (request.isEmpty() && response.isEmpty()) {
            throw new IllegalArgumentException("no edits are given; write for example"
                    + " response.set = { x-served-by = \"chainless\" }");
        }
    }
}
