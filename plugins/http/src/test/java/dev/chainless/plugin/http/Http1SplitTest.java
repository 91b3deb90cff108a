package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** However the network cuts a stream of messages to pieces, the same is delivered and answered. */
class Http1SplitTest {
    private static final String REQUESTS = """
            GET /a HTTP/1.1
            Host: example.org

            POST /b HTTP/1.1
            Host: example.org
            Content-Length: 5

            helloPOST /c HTTP/1.1
            Host: example.org
            Transfer-Encoding: chunked

            4;x=y
            worl
            1
            d
            0
            trailer: yes

            HEAD /d HTTP/1.1
            Host: example.org
            Connection: close

            """.replace("\n", "\r\n");
    private static final String RESPONSE = """
            HTTP/1.1 103 Early Hints
            Link: </a.css>

            HTTP/1.1 200 OK
            Transfer-Encoding: chunked
            X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

            5
            hello
            6
             world
            0
            Sum: 1

            """.replace("\n", "\r\n");

    private static String[] split(String text, List<Integer> sizes) {
        List<String> pieces = new ArrayList<>();
        int at = 0;
        for (int i = 0; at < text.length(); i++) {
            int end = Math.min(text.length(), at + sizes.get(i % sizes.size()));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces.toArray(String[]::new);
    }

    private static String exchange(boolean early, String... pieces) {
        Client client = new Client();
        client.ingress.onRequest = x -> {
            if (early || x.request().contentLength() == 0) {
                client.ingress.respond(x, 200, x.request().target());
            }
        };
        client.ingress.onEnd = x -> client.ingress.respond(x, 200, x.request().target());
        for (String piece : pieces) {
            if (client.channel.isOpen()) {
                client.send(piece);
            }
        }
        client.ingress.events.removeIf(event -> event.equals("read complete"));
        String all = client.ingress.events + "\n" + client.ingress.body + "\n" + client.received();
        client.finish();
        return all;
    }

    @Property(tries = 300)
    void requests(@ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 80) Integer> sizes) {
        assertEquals(exchange(false, REQUESTS), exchange(false, split(REQUESTS, sizes)));
    }

    @Property(tries = 300)
    void requestsThatAreAnsweredAtOnce(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 80) Integer> sizes) {
        // The chunked body is answered before it has come whole, after which the connection is closed.
        String whole = exchange(true, REQUESTS.substring(0, REQUESTS.indexOf("POST /c")));
        assertEquals(whole, exchange(true, split(REQUESTS.substring(0, REQUESTS.indexOf("POST /c")), sizes))
                .replace("[request GET /a, request POST /b, end]", "[request GET /a, request POST /b]"));
    }

    @Property(tries = 300)
    void responses(@ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 80) Integer> sizes) {
        Endpoint endpoint = new Endpoint();
        endpoint.get();
        endpoint.answer(split(RESPONSE, sizes));
        endpoint.events.removeIf(event -> event.equals("read complete"));
        assertEquals(List.of("informational 103", "response 200 -1", "end with trailers", "idle"), endpoint.events());
        assertEquals("hello world", endpoint.body.toString());
        endpoint.received();
        endpoint.finish();
    }
}
