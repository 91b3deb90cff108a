package dev.chainless.host;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the admin server serves at a path.
 *
 * @param method {@code GET}, which answers {@code HEAD} too, or {@code POST}
 * @param path as the API's description writes it; a {@code {name}} at the end stands for any text without a slash
 * @param about what it is, for people
 * @param slow whether it reads files or the like, so that it has to be answered off the admin thread
 * @param answer makes the answer
 */
record AdminPage(HttpMethod method, String path, String about, boolean slow, Function<Ask, Answer> answer) {

    /**
     * A request for a page.
     *
     * @param name the text that stands for {@code {name}}, empty if there is none
     * @param query the parameters of the query, decoded
     * @param accept the field of that name, empty if there is none
     * @param body as text
     * @param trusted whether the request shows the token, or none is asked for
     */
    record Ask(String name, Map<String, List<String>> query, String accept, String body, boolean trusted) {

        /** {@return whether people read the answer} */
        boolean text() {
            return accept.startsWith("text/plain");
        }

        /** {@return the last parameter of a name, empty if there is none} */
        String parameter(String of) {
            return query.getOrDefault(of, List.of("")).getLast();
        }
    }
}
