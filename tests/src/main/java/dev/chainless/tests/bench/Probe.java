package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Single requests on connections of their own: is it up, and does it do the work that it is measured by?
final class Probe {
    private static final int ANSWER_MILLIS = 5_000;
    private static final int MAX_HEAD_BYTES = 16 * 1024;

    private Probe() {}

    /// Tries every `interval` until an answer has status 200 and the whole body.
    ///
    /// @return nanoseconds since `startNanos` until then
    static long untilServing(Started process, Place place, Body body, long startNanos, Duration interval,
            Duration limit)
            throws IOException, InterruptedException {
        String last = "nothing accepted connections";
        while (System.nanoTime() - startNanos < limit.toNanos()) {
            try {
                Answer answer = ask(place, "/r0/" + body.label());
                if (answer.status() == 200 && answer.bodyBytes() == body.bytes()) {
                    return System.nanoTime() - startNanos;
                }
                last = "the last answer had status " + answer.status() + " and " + answer.bodyBytes() + " bytes";
            } catch (IOException e) {
                if (!process.alive()) {
                    throw new IOException("it ended" + process.outputTail(), e);
                }
            }
            Thread.sleep(interval);
        }
        throw new IOException("it did not serve within " + limit.toSeconds() + " s, " + last + process.outputTail());
    }

    /// {@return sentences about the work that is not done, none when all of it is}
    static List<String> missingWork(Place place) throws IOException {
        Answer answer = ask(place, "/r0/" + Origin.CHECK);
        var missing = new ArrayList<String>();
        String id = answer.fields().getOrDefault("x-request-id", "");
        if (!answer.fields().containsKey("x-served-by")) {
            missing.add("x-served-by is not set in the response");
        }
        if (id.isEmpty()) {
            missing.add("the response has no x-request-id");
        }
        String seen = answer.fields().getOrDefault("x-saw-request-id", "");
        if (seen.isEmpty()) {
            missing.add("the origin gets no x-request-id");
        } else if (!id.isEmpty() && !seen.equals(id)) {
            missing.add("the origin gets another x-request-id than the client");
        }
        if (answer.fields().containsKey("x-saw-remove-me")) {
            missing.add("x-remove-me is not removed from the request");
        }
        return missing;
    }

    /// {@return the fields of an answer on the first route, by their names in lower case}
    static Map<String, String> fields(Place place) throws IOException {
        return ask(place, "/r0/" + Origin.CHECK).fields();
    }

    private static Answer ask(Place place, String path) throws IOException {
        try (Socket socket = place.connect()) {
            socket.setSoTimeout(ANSWER_MILLIS);
            String request = "GET " + path + " HTTP/1.1\r\nHost: bench.example.org\r\nX-Remove-Me: by the proxy\r\n"
                    + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            Answer head = head(in);
            long bytes = 0;
            var buffer = new byte[8_192];
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                bytes += got;
            }
            return new Answer(head.status(), head.fields(), bytes);
        }
    }

    private static Answer head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0 || head.length() > MAX_HEAD_BYTES) {
                throw new IOException("no whole response head");
            }
            head.append((char) next);
        }
        List<String> lines = head.toString().lines().toList();
        var fields = new HashMap<String, String>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
        }
        String status = lines.getFirst();
        if (!status.matches("HTTP/1\\.1 [0-9]{3}( .*)?")) {
            throw new IOException("not a response: " + status);
        }
        return new Answer(Integer.parseInt(status.substring(9, 12)), fields, 0);
    }

    private record Answer(int status, Map<String, String> fields, long bodyBytes) {}
}
