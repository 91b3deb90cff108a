package dev.chainless.plugin.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests in which two HTTP/1.1 readers might see different messages. Each is a body of some kind with a second
 * request hidden in it, framed in a way that some server somewhere takes for another; a gateway that passes one of them
 * on as it came is a way past itself.
 *
 * <p>They are generated from few ingredients: bytes that parsers skip or trim, put before, into and after the name, the
 * colon and the value of a framing field; doubled and contradicting fields; numbers and codings that are read loosely;
 * broken lines; broken chunks; and start lines of two meanings. {@link #all} gives each with a name that says what it
 * is and with what must become of it. End to end, the module {@code tests} has forms of its own, some of which may
 * pass.
 */
final class SmugglingForms {
    /** What the gateway must do with a form. */
    enum Fate {
        /** Refused before anything of it reaches an upstream. */
        HEAD_REFUSED,
        /** The head is in order, the body is not: nothing may be taken for a further request. */
        BODY_REFUSED
    }

    /**
     * A request that must not get through.
     *
     * @param name unique
     * @param raw the bytes as they go onto the wire; the path of the hidden request is {@link #HIDDEN}
     * @param fate what must become of it
     */
    record Form(String name, byte[] raw, Fate fate) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The path of the request that is hidden in each form: no upstream may ever see it. */
    static final String HIDDEN = "/hidden";

    private static final String HIDDEN_REQUEST = "GET " + HIDDEN + " HTTP/1.1\r\nHost: a.example\r\n\r\n";
    private static final String START = "POST /smuggled HTTP/1.1\r\n";
    private static final String HOST = "Host: a.example\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    /** Bytes that some parser skips, trims or takes for the end of something. */
    private static final Map<String, String> SKIPPED = skipped();

    private final Map<String, Form> forms = new LinkedHashMap<>();

    private SmugglingForms() {}

    /** {@return all forms, always in the same order} */
    static List<Form> all() {
        var made = new SmugglingForms();
        made.hiddenCodings();
        made.codingValues();
        made.lengths();
        made.pairs();
        made.lines();
        made.hosts();
        made.startLines();
        made.connections();
        made.chunks();
        made.trailers();
        return List.copyOf(made.forms.values());
    }

    private static Map<String, String> skipped() {
        var bytes = new LinkedHashMap<String, String>();
        for (int c = 0; c < 0x20; c++) {
            if (c != '\t') {
                bytes.put("byte %02x".formatted(c), Character.toString(c));
            }
        }
        bytes.put("byte 7f", "\u007f");
        return bytes;
    }

    // ---- a Transfer-Encoding that one reader obeys and another doesn't see

    private void hiddenCodings() {
        SKIPPED.forEach((what, s) -> {
            both(what + " before the name", s + CHUNKED);
            both(what + " within the name", "Transfer-" + s + "Encoding: chunked");
            both(what + " before the colon", "Transfer-Encoding" + s + ": chunked");
            both(what + " after the colon", "Transfer-Encoding:" + s + "chunked");
            both(what + " within the value", "Transfer-Encoding: chu" + s + "nked");
            both(what + " after the value", CHUNKED + s);
            head("Content-Length with " + what + " before the number", fields("Content-Length:" + s + "6"));
            head("Content-Length with " + what + " after the number", fields("Content-Length: 6" + s));
        });
        for (String s : List.of(" ", "\t", "  ", "\t ")) {
            String what = s.replace(" ", "space ").replace("\t", "tab ");
            both(what + "before the name", s + CHUNKED);
            both(what + "before the colon", "Transfer-Encoding" + s + ": chunked");
            both(what + "within the name", "Transfer" + s + "Encoding: chunked");
            both(what + "and a line break before the value", "Transfer-Encoding:\r\n" + s + "chunked");
            both(what + "and a line break within the value", "Transfer-Encoding: chunked\r\n" + s + ", identity");
            both(what + "continues another field", "X: y\r\n" + s + CHUNKED);
        }
        for (String c : List.of("_", ".", "!", "#", "$", "%", "&", "'", "*", "+", "^", "`", "|", "~")) {
            both("the hyphen as " + c, "Transfer" + c + "Encoding: chunked");
            head("Content-Length with the hyphen as " + c, fields("Content" + c + "Length: 6"));
        }
        for (String c : List.of("\u0080", "\u0085", "\u00a0", "\u00ad", "\u00ff", "(", ")", "/", "\\", "\"", "[", "]",
                "{", "}",
                "<", ">", "=", "?", "@", ",", ";")) {
            both("the name followed by " + code(c), "Transfer-Encoding" + c + ": chunked");
            both("the name preceded by " + code(c), c + CHUNKED);
        }
    }

    private void codingValues() {
        for (String value : List.of("", "identity", "chunked, identity", "identity, chunked", "gzip, chunked",
                "chunked, gzip",
                "chunked, chunked", "chunked,", ",chunked", "chunked;q=1", "chunked;a=b", "chunked ; x", "\"chunked\"",
                "'chunked'",
                "(chunked)", "chunked chunked", "xchunked", "chunkedx", "chunke", "chunk", "c hunked", "chunked\u00a0",
                "\u00a0chunked", "\u00ffchunked", "chunked\u0085", "x, chunked", "cow", "cow, chunked", "deflate",
                "compress",
                "*", "chunked/1", "chunked=1", "chunked:", ":chunked", "ch\u00fcnked", "CHUNKED, CHUNKED",
                "trailers, chunked",
                "0", "true", "chunked\\", "chun%6bed", "=?utf-8?q?chunked?=")) {
            both("the coding " + code(value), "Transfer-Encoding: " + value);
        }
        both("no blank and two colons", "Transfer-Encoding::chunked");
        both("two fields, chunked first", CHUNKED + "\r\nTransfer-Encoding: identity");
        both("two fields, chunked last", "Transfer-Encoding: identity\r\n" + CHUNKED);
        both("two fields, both chunked", CHUNKED + "\r\n" + CHUNKED);
        both("two fields in two cases", CHUNKED + "\r\ntransfer-encoding: x");
        both("two fields, one folded", CHUNKED + "\r\nTransfer-Encoding:\r\n x");
    }

    // ---- a Content-Length that is read loosely

    private void lengths() {
        for (String value : List.of("", "+6", "-6", "0x6", "06h", "6.0", "6e0", "6,6", "6, 6", "6 6", "6;a", "\"6\"",
                "6_0", "six",
                ",6", "6,", "0,6", "6\t6", "\u0666", "\u00b9", "1000000000000000000", "9223372036854775808",
                "18446744073709551622",
                "4294967302.", "99999999999999999999999999999999", "-0", "+0", "0 6", "6 0", "0x", "NaN", "6\u00a0",
                "6)", "(6", "6#",
                "6/6", "0b110", "6L", "6\\", "%36")) {
            head("the length " + code(value), fields("Content-Length: " + value));
        }
        for (String other : List.of("6", "0", "7", "+6", "-1", "06", "x", "")) {
            head("two lengths, 6 and " + code(other), fields("Content-Length: 6\r\nContent-Length: " + other));
            head("two lengths, " + code(other) + " and 6",
                    fields("Content-Length: " + other + "\r\ncontent-length: 6"));
        }
        head("a length within a folded line", fields("Content-Length:\r\n 6"));
        head("a length continued", fields("Content-Length: 6\r\n 0"));
        head("a length that follows a bare LF", fields("X: y\nContent-Length: 6"));
        head("a length that follows a bare CR", fields("X: y\rContent-Length: 6"));
        head("space before the length's colon", fields("Content-Length : 6"));
        head("tab before the length's colon", fields("Content-Length\t: 6"));
    }

    private void pairs() {
        for (String value : List.of("0", "1", "4", "6", "100", "999999999999")) {
            head("TE then CL " + value, fields(CHUNKED + "\r\nContent-Length: " + value));
            head("CL " + value + " then TE", fields("Content-Length: " + value + "\r\n" + CHUNKED));
        }
        head("TE in HTTP/1.0", "POST /smuggled HTTP/1.0\r\n" + HOST + CHUNKED + "\r\n\r\n" + chunkedBody());
        head("TE in HTTP/1.0 kept alive",
                "POST /smuggled HTTP/1.0\r\n" + HOST + "Connection: keep-alive\r\n" + CHUNKED + "\r\n\r\n"
                        + chunkedBody());
        head("TE and CL in HTTP/1.0",
                "POST /smuggled HTTP/1.0\r\n" + HOST + "Content-Length: 6\r\n" + CHUNKED + "\r\n\r\n"
                        + chunkedBody());
        for (String method : List.of("GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "PUT", "QUERY")) {
            head("TE and CL with " + method,
                    method + " /smuggled HTTP/1.1\r\n" + HOST + "Content-Length: 6\r\n" + CHUNKED
                            + "\r\n\r\n" + chunkedBody());
        }
    }

    // ---- lines that end elsewhere

    private void lines() {
        head("the request line ends with LF", START.replace("\r\n", "\n") + HOST + "\r\n" + HIDDEN_REQUEST);
        head("the request line ends with CR", START.replace("\r\n", "\r") + HOST + "\r\n" + HIDDEN_REQUEST);
        head("a field ends with LF", START + "Host: a.example\nX: y\r\n\r\n" + HIDDEN_REQUEST);
        head("a field ends with CR", START + "Host: a.example\rX: y\r\n\r\n" + HIDDEN_REQUEST);
        head("the head ends with LF LF", START + "Host: a.example\n\n" + HIDDEN_REQUEST);
        head("the head ends with CR LF LF", START + HOST + "\n" + HIDDEN_REQUEST);
        head("the head ends with LF CR LF", START + "Host: a.example\n\r\n" + HIDDEN_REQUEST);
        head("the head ends with CR CR LF", START + HOST + "\r\r\n" + HIDDEN_REQUEST);
        head("all lines end with LF", (START + HOST + CHUNKED + "\r\n\r\n").replace("\r\n", "\n") + chunkedBody());
        head("a folded field before a length", fields("X: y\r\n z\r\nContent-Length: 6"));
        head("a folded Host", START + "Host:\r\n a.example\r\n\r\n" + HIDDEN_REQUEST);
        head("a first line that is folded", START + " X: y\r\n" + HOST + "\r\n" + HIDDEN_REQUEST);
        head("a line without a colon", fields("Transfer-Encoding chunked"));
        head("a line that is another request", fields("GET /hidden HTTP/1.1"));
        head("an empty name", fields(": chunked"));
        head("a name of blanks", fields("  : chunked"));
        head("a value with NUL", fields("X: y\0z"));
        head("a value that hides a line behind CR", fields("X: y\r" + CHUNKED));
    }

    private void hosts() {
        for (String value : List.of("", "b.example, a.example", "a.example b.example", "u@a.example",
                "a.example@b.example",
                "a.example/", "a.example?x", "a.example#x", "a.example:80:80", "a.example:", "a.example:x",
                "a.example:-1",
                "a.example:99999", "[::1", "::1", "[::1]x", "a\\b", "a.example\u00a0", "a.example;b",
                "http://a.example", "a%00b",
                "a\tb", "<a>", "a.example\u0000b")) {
            head("the Host " + code(value), START + "Host: " + value + "\r\n\r\n" + HIDDEN_REQUEST);
        }
        head("no Host", START + "\r\n" + HIDDEN_REQUEST);
        head("two Hosts", START + HOST + "Host: b.example\r\n\r\n" + HIDDEN_REQUEST);
        head("two equal Hosts", START + HOST + HOST + "\r\n" + HIDDEN_REQUEST);
        head("a Host and one with a blank", START + HOST + "Host : b.example\r\n\r\n" + HIDDEN_REQUEST);
        head("a Host and one that is folded away", START + HOST + " Host: b.example\r\n\r\n" + HIDDEN_REQUEST);
        head("a Host and one with an underscore", START + HOST + "Host_: b.example\r\n\r\n" + HIDDEN_REQUEST);
        head("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\n" + HOST + "Host: b.example\r\n\r\n");
        for (String target : List.of("http://b.example/", "http://a.example@b.example/", "http://b.example:80",
                "https://b.example/",
                "http:///", "http://", "http:/a.example/", "//b.example\\@a.example#", "file:///etc", "ws://a.example/",
                "http://a.example#b/", "http://a.example\\@b.example/")) {
            head("the target " + target, "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n" + HIDDEN_REQUEST);
        }
    }

    private void startLines() {
        String rest = "\r\n" + HOST + "\r\n" + HIDDEN_REQUEST;
        SKIPPED.forEach((what, s) -> {
            if (!s.equals("\r") && !s.equals("\n")) {
                head(what + " before the method", s + "GET / HTTP/1.1" + rest);
                head(what + " within the target", "GET /a" + s + "b HTTP/1.1" + rest);
                head(what + " before the version", "GET /" + s + "HTTP/1.1" + rest);
            }
        });
        for (String line : List.of(" GET / HTTP/1.1", "\tGET / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1",
                "GET\t/ HTTP/1.1",
                "GET /\tHTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1.1\t", "GET / HTTP/1.1 HTTP/1.1", "GET /", "GET",
                "GET / ",
                "GET / HTTP", "GET / HTTP/", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/.1", "GET / HTTP/01.1",
                "GET / HTTP/1.01",
                "GET / HTTP/1.10", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/3",
                "GET / http/1.1",
                "GET / HTTP /1.1", "GET / HTTP/ 1.1", "GET / HTTP/1 .1", "GET / HTTP/1.1x", "GET / HTTQ/1.1",
                "GET / /1.1",
                "GET /a b HTTP/1.1", "GET /#x HTTP/1.1", "GET * HTTP/1.1", "GET ** HTTP/1.1", "GET a HTTP/1.1",
                "GET ?a HTTP/1.1",
                "G\"T / HTTP/1.1", "G(T / HTTP/1.1", "GET: / HTTP/1.1", "GET/ HTTP/1.1", "GET /\u00e9 HTTP/1.1",
                "GET /\u0080 HTTP/1.1",
                "\u00a0GET / HTTP/1.1", "GETGETGETGETGETGETGETGETGETGETGETGET / HTTP/1.1", "\r\n\r\nGET / HTTP/1.1",
                "\n\nGET / HTTP/1.1", "\nGET / HTTP/1.1", "\rGET / HTTP/1.1", "\r\n GET / HTTP/1.1",
                "PRI * HTTP/2.0")) {
            head("the start " + code(line), line + rest);
        }
    }

    private void connections() {
        for (String name : List.of("Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect",
                "Authorization", "Cookie",
                "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Cache-Control",
                "Content-Type")) {
            head("Connection names " + name, fields("Content-Length: 6\r\nConnection: close, " + name));
        }
        for (String value : List.of("100-continue, x", "x", "", "200-ok", "100-continue;a", "100 continue",
                "100-continu\u00e9")) {
            head("the expectation " + code(value), fields("Content-Length: 6\r\nExpect: " + value));
        }
        head("two expectations", fields("Content-Length: 6\r\nExpect: 100-continue\r\nExpect: y 100-continue"));
        head("two Upgrades", fields("Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c"));
        head("an Upgrade to nothing", fields("Connection: upgrade\r\nUpgrade:"));
    }

    // ---- chunks that end elsewhere

    private void chunks() {
        SKIPPED.forEach((what, s) -> {
            if (!s.equals("\r")) {
                body(what + " before a size", s + "6\r\nabcdef\r\n0\r\n\r\n");
                body(what + " after a size", "6" + s + "\r\nabcdef\r\n0\r\n\r\n");
                body(what + " in an extension", "6;a" + s + "b\r\nabcdef\r\n0\r\n\r\n");
            }
        });
        for (String size : List.of("", " 6", "6 ", "\t6", "6\t", "+6", "-6", "0x6", "06x", "6h", "6,6", "6 6", "g",
                "6.", "\u0666",
                "\u00b2", "fffffffffffffff1", "10000000000000006", "100000000000000006", "0000000000000006",
                "ffffffffffffffffffff", "-0", "6 ;a", "6:a", "6=a", ";a", "6\\", "\"6\"")) {
            body("the chunk size " + code(size), size + "\r\nabcdef\r\n0\r\n\r\n");
        }
        body("a size line that ends with LF", "6\nabcdef\r\n0\r\n\r\n");
        body("a size line that ends with CR", "6\rabcdef\r\n0\r\n\r\n");
        body("a size line that ends with CR CR LF", "6\r\r\nabcdef\r\n0\r\n\r\n");
        body("an extension that ends with LF", "6;a\nabcdef\r\n0\r\n\r\n");
        body("an extension that ends with CR", "6;a\rX\r\nabcdef\r\n0\r\n\r\n");
        body("a quoted extension with a line break", "6;a=\"\nb\"\r\nabcdef\r\n0\r\n\r\n");
        body("data that ends with LF", "6\r\nabcdef\n0\r\n\r\n");
        body("data that ends with CR", "6\r\nabcdef\r0\r\n\r\n");
        body("data without an end", "6\r\nabcdef0\r\n\r\n");
        body("data that is longer", "6\r\nabcdefgh\r\n0\r\n\r\n");
        body("data that is shorter", "6\r\nabcd\r\n0\r\n\r\n");
        body("data that ends with two line breaks", "6\r\nabcdef\r\n\r\n0\r\n\r\n");
        body("a last chunk that ends with LF", "6\r\nabcdef\r\n0\n\n");
        body("a last chunk that ends with CR LF LF", "6\r\nabcdef\r\n0\r\n\n");
        body("a very long extension", "6;" + "a".repeat(70_000) + "\r\nabcdef\r\n0\r\n\r\n");
    }

    private void trailers() {
        for (String trailer : List.of("Content-Length: 6", CHUNKED, "Host: b.example", "Connection: close",
                "Trailer: x", "TE: x",
                "Upgrade: x", "Keep-Alive: x", "Expect: 100-continue", "Proxy-Connection: close", "Content_Length: 6",
                "Authorization: Basic eDp5", "X : y", " X: y", "X: y\r\n z", ": y", "X", "X: y\nZ: a", "X: y\rZ: a",
                "X: \0",
                "GET /hidden HTTP/1.1")) {
            body("the trailer " + code(trailer), "6\r\nabcdef\r\n0\r\n" + trailer + "\r\n\r\n");
        }
    }

    // ---- putting together

    private static String chunkedBody() {
        return "0\r\n\r\n" + HIDDEN_REQUEST;
    }

    /** A request with such fields after Host, whose body is the hidden request, in chunks or not. */
    private static String fields(String fields) {
        return START + HOST + fields + "\r\n\r\n" + chunkedBody();
    }

    /** A doubtful coding, once alone and once beside a length that hides the second request. */
    private void both(String what, String coding) {
        head("Transfer-Encoding with " + what, fields(coding));
        head("CL and Transfer-Encoding with " + what,
                fields("Content-Length: " + chunkedBody().length() + "\r\n" + coding));
    }

    private void head(String name, String raw) {
        put(name, raw, Fate.HEAD_REFUSED);
    }

    private void body(String name, String chunks) {
        put("chunked body: " + name, START + HOST + CHUNKED + "\r\n\r\n" + chunks + HIDDEN_REQUEST, Fate.BODY_REFUSED);
    }

    private void put(String name, String raw, Fate fate) {
        Form before = forms.put(name, new Form(name, raw.getBytes(StandardCharsets.ISO_8859_1), fate));
        if (before != null) {
            throw new IllegalStateException("two forms are called " + name);
        }
    }

    private static String code(String text) {
        var result = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            result.append(c > ' ' - 1 && c < 0x7f ? Character.toString(c) : "\\x%02x".formatted((int) c));
        }
        return result.append('"').toString();
    }
}
