package dev.chainless.plugin.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes valid request heads, and spoils them. All by one source of numbers, so that a seed tells the whole case. */
final class RandomHeads {
    private static final String TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
    private static final String VISIBLE = TOKEN + "\"(),/:;<=>?@[\\]{}";
    private static final List<String> METHODS =
            List.of("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE",
                    "PROPFIND", "X");
    private static final List<String> FIELDS = List.of("Connection: close", "Connection: keep-alive",
            "Connection: x, te",
            "Accept: */*", "Cookie: a=b; c=d", "TE: trailers", "Trailer: x", "Upgrade: websocket",
            "Connection: Upgrade",
            "Expect: 100-continue", "Content-Type: text/plain", "X-Forwarded-For: 1.2.3.4", "Keep-Alive: timeout=5",
            "X_Odd: 1", "Empty:", "Via: 1.1 a");
    private static final List<String> SPOILS = List.of("\r", "\n", "\r\n", "\0", " ", "\t", ":", ",", ";", "_",
            "\u000b",
            "\u000c", "\u007f", "\u0080", "\u00ff", "\u0085", "\u00a0", "0", "+", "-", "chunked", ", chunked", "\r\n ",
            "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "HTTP/1.0", "HTTP/1.1", "@", "#",
            "\"");

    private static final String LIKELY = "GET /: \r\n;Ha0123HTTP.1";

    private final Random random;

    RandomHeads(long seed) {
        this.random = new Random(seed);
    }

    /** {@return a head that RFC 9112 allows, with some bytes after it} */
    byte[] valid() {
        boolean old = random.nextInt(8) == 0;
        String host = host();
        var lines = new ArrayList<String>();
        if (!old || random.nextBoolean()) {
            lines.add(cased("Host") + ":" + blank() + host + blank());
        }
        switch (random.nextInt(old ? 2 : 3)) {
            case 0 -> lines.add(cased("Content-Length") + ":" + blank() + random.nextInt(100_000) + blank());
            case 2 -> lines.add(cased("Transfer-Encoding") + ":" + blank() + cased("chunked") + blank());
            default -> {}
        }
        for (int i = random.nextInt(8); i > 0; i--) {
            lines.add(random.nextBoolean() ? pick(FIELDS)
                    : "x-" + some(TOKEN, 12) + ":" + blank() + trimmed(some(VISIBLE + " \t\u00e9\u00ff", 60))
                            + blank());
        }
        java.util.Collections.shuffle(lines, random);
        String method = pick(METHODS);
        String raw = method + " " + target(method, host) + (old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
                + String.join("\r\n", lines) + (lines.isEmpty() ? "" : "\r\n") + "\r\n" + some(VISIBLE + "\r\n", 20);
        return raw.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@return the bytes with one to three things changed} */
    byte[] spoiled(byte[] raw) {
        byte[] result = raw;
        for (int i = random.nextInt(3); i >= 0; i--) {
            result = spoiledOnce(result);
        }
        return result;
    }

    private byte[] spoiledOnce(byte[] raw) {
        int at = random.nextInt(raw.length + 1);
        int end = Math.min(raw.length, at + random.nextInt(12));
        byte[] between = switch (random.nextInt(6)) {
            case 0, 1 -> pick(SPOILS).getBytes(StandardCharsets.ISO_8859_1);
            case 2 -> new byte[] {(byte) random.nextInt(256)};
            case 3 -> new byte[0];
            case 4 -> {
                byte[] twice = Arrays.copyOf(Arrays.copyOfRange(raw, at, end), 2 * (end - at));
                System.arraycopy(twice, 0, twice, end - at, end - at);
                yield twice;
            }
            default -> {
                end = at;
                yield Arrays.copyOfRange(raw, 0, Math.min(raw.length, random.nextInt(80)));
            }
        };
        if (random.nextBoolean() && between.length > 0) {
            end = Math.min(raw.length, at + (random.nextBoolean() ? 0 : 1));
        }
        byte[] result = new byte[at + between.length + raw.length - end];
        System.arraycopy(raw, 0, result, 0, at);
        System.arraycopy(between, 0, result, at, between.length);
        System.arraycopy(raw, end, result, at + between.length, raw.length - end);
        return result;
    }

    /** {@return bytes without any sense, with a taste for those that heads are made of} */
    byte[] noise(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256)
                    : LIKELY.charAt(random.nextInt(LIKELY.length())));
        }
        return bytes;
    }

    Random random() {
        return random;
    }

    private String target(String method, String host) {
        String path = "/" + some(TOKEN.replace("#", "") + "/@:;=,%", 30);
        String query = random.nextBoolean() ? "" : "?" + some(TOKEN.replace("#", "") + "/?=&[]{}\\", 20);
        return switch (random.nextInt(6)) {
            case 0 -> cased("http") + "://" + host + path + query;
            case 1 -> method.equals("OPTIONS") ? "*" : path;
            default -> path + query;
        };
    }

    private String host() {
        String name = switch (random.nextInt(4)) {
            case 0 -> "127.0.0.1";
            case 1 -> "[2001:db8::" + Integer.toHexString(random.nextInt(65536)) + "]";
            default -> "a" + some("abcXYZ019-.", 20);
        };
        return random.nextBoolean() ? name : name + ":" + random.nextInt(65536);
    }

    private String blank() {
        return " ".repeat(random.nextInt(3)) + "\t".repeat(random.nextInt(5) / 4);
    }

    private static String trimmed(String value) {
        return value.replaceAll("^[ \t]+|[ \t]+$", "");
    }

    private String cased(String word) {
        var result = new StringBuilder();
        for (char c : word.toCharArray()) {
            result.append(random.nextInt(4) == 0 ? Character.toUpperCase(c) : c);
        }
        return result.toString();
    }

    private String some(String alphabet, int most) {
        var result = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            result.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return result.toString();
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
