package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * Each form is either refused, and then nothing of it reaches the origin, or what the origin gets is the same requests to
 * every reader, however lenient.
 */
@OnLoops
final class SmugglingTest {
    private static final List<LenientReader> READERS = LenientReader.all();

    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { linger-timeout = "10ms" }

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "app"
                to = "app"
                """.formatted(origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    @Test
    void thereAreManyForms() {
        assertTrue(SmugglingForms.of("/x").stream().map(SmugglingForms.Form::bytes).distinct().count() >= 700);
    }

    @Test
    void readersDisagreeAboutWhatSmuggles() {
        for (String stream : List.of(
                "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nTransfer-Encoding\u000b: chunked\r\nContent-Length: 7\r\n\r\n1\r\na\r\n0",
                "POST / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\nContent-Length: 7\r\n\r\n1\r\na\r\n0",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;a\nb\r\nxx\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 4\r\n 5\r\n\r\nabcd",
                "GET / HTTP/1.1\r\nX: y\n\nGET /b HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nX: y\rContent-Length: 1\r\n\r\na")) {
            byte[] bytes = stream.getBytes(StandardCharsets.ISO_8859_1);
            assertTrue(READERS.stream().map(reader -> reader.requests(bytes)).distinct().count() > 1, stream);
        }
        byte[] plain = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(1, READERS.stream().map(reader -> reader.requests(plain)).distinct().count());
    }

    @Test
    void everyFormIsRefusedOrPlain() {
        List<String> failures = new ArrayList<>();
        int refused = 0;
        int passed = 0;
        int number = 0;
        for (SmugglingForms.Form form : SmugglingForms.of("/@/form")) {
            String path = "/" + number++ + "/form";
            String verdict = attack(form, path);
            if (verdict.startsWith("refused")) {
                refused++;
            } else if (verdict.startsWith("passed")) {
                passed++;
            } else {
                failures.add(form.name() + ": " + verdict);
            }
        }
        System.out.println(
                "Smuggling, loops = " + loops + ": " + refused + " forms refused, " + passed + " passed plainly");
        assertEquals(List.of(), failures);
        assertTrue(refused > 300, "only " + refused + " forms were refused");
        assertTrue(passed > 10, "only " + passed + " forms were passed on: the test may not test anything");
        everyConnectionIsPlain();
        assertEquals(200, RawClient.once(gateway.port(), get("/after-smuggling")).status());
    }

    /** {@return "refused", "passed", or what is wrong} */
    private static String attack(SmugglingForms.Form form, String path) {
        int before = origin.calls().size();
        byte[] answers;
        try (var client = new RawClient(gateway.port())) {
            client.trySend(form.bytes().replace("/@/form", path).getBytes(StandardCharsets.ISO_8859_1));
            try {
                client.halfClose();
            } catch (java.io.UncheckedIOException e) {
                // It has closed the connection already.
            }
            answers = client.rest();
        } catch (java.io.UncheckedIOException e) {
            return "the connection was not ended: " + e.getMessage();
        }
        List<Integer> statuses = statuses(answers);
        List<RecordingOrigin.Call> calls = new ArrayList<>(origin.calls()).subList(before, origin.calls().size());
        if (calls.isEmpty()) {
            boolean error = statuses.isEmpty() || statuses.size() == 1 && statuses.getFirst() >= 400;
            return error ? "refused" : "nothing was forwarded, but the answers are " + statuses;
        }
        for (RecordingOrigin.Call call : calls) {
            String problem = problem(call, path);
            if (!problem.isEmpty()) {
                return problem;
            }
        }
        // A request that follows in the stream is one of the client's own, if all can see it: it must have been answered.
        long ok = statuses.stream().filter(status -> status == 200).count();
        return ok <= calls.size() ? "passed" : calls.size() + " requests got the answers " + statuses;
    }

    private static String problem(RecordingOrigin.Call call, String path) {
        byte[] message = whole(call);
        List<String> strict = READERS.getFirst().requests(message);
        if (strict.size() != 1) {
            return "what arrived is not one request: " + strict + "\n" + call.head();
        }
        if (strict.getFirst().startsWith("left over")) {
            // A body that broke off after its head was passed on: nothing can follow on a connection that has ended.
            call.link().awaitEnd();
        }
        for (LenientReader reader : READERS) {
            List<String> found = reader.requests(message);
            if (!found.equals(strict)) {
                return "a lenient reader sees " + found + " instead of " + strict + ":\n" + call.head() + reader;
            }
        }
        for (char c : call.head().replace("\r\n", "").toCharArray()) {
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return "a control character arrived:\n" + call.head();
            }
        }
        return call.all("host").size() == 1 ? "" : "not exactly one host:\n" + call.head();
    }

    /** {@return the exact bytes of a request, from its connection's record} */
    private static byte[] whole(RecordingOrigin.Call call) {
        byte[] head = call.head().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = call.link().bytes();
        int from = indexOf(all, head);
        int to = all.length;
        // Up to the next request of the same connection.
        List<RecordingOrigin.Call> same = origin.calls().stream().filter(other -> other.link() == call.link()).toList();
        int index = same.indexOf(call);
        if (index + 1 < same.size()) {
            to = indexOf(all, same.get(index + 1).head().getBytes(StandardCharsets.ISO_8859_1), from + head.length);
        }
        return Arrays.copyOfRange(all, from, to);
    }

    private static int indexOf(byte[] all, byte[] part) {
        return indexOf(all, part, 0);
    }

    private static int indexOf(byte[] all, byte[] part, int from) {
        return new String(all, StandardCharsets.ISO_8859_1)
                .indexOf(new String(part, StandardCharsets.ISO_8859_1), from);
    }

    private static List<Integer> statuses(byte[] answers) {
        List<Integer> statuses = new ArrayList<>();
        var matcher = java.util.regex.Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ")
                .matcher(new String(answers, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            if (!matcher.group(1).startsWith("1")) {
                statuses.add(Integer.parseInt(matcher.group(1)));
            }
        }
        return statuses;
    }

    /** Looks at all that came over each connection, once more: something may have come late. */
    private static void everyConnectionIsPlain() {
        for (RecordingOrigin.Link link : origin.links()) {
            byte[] bytes = link.bytes();
            List<String> strict = READERS.getFirst().requests(bytes);
            long calls = origin.calls().stream().filter(call -> call.link() == link).count();
            assertEquals(calls, strict.size(), () -> "requests and bytes of a connection differ: " + strict);
            for (LenientReader reader : READERS) {
                assertEquals(strict, reader.requests(bytes), reader::toString);
            }
        }
    }
}
