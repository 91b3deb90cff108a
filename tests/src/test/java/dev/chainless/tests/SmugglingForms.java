package dev.chainless.tests;

import java.util.ArrayList;
import java.util.List;

/** Requests that two servers may take for different ones: the forms in circulation, and what lies around them. */
final class SmugglingForms {
    /** What must never arrive as a request of its own. */
    static final String PREY = "GET /smuggled HTTP/1.1\r\nHost: evil\r\n\r\n";

    private final List<Form> forms = new ArrayList<>();
    private final String path;

    /**
     * One form.
     *
     * @param name what it tries
     * @param bytes what is sent, in ISO 8859-1
     */
    record Form(String name, String bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private SmugglingForms(String path) {
        this.path = path;
    }

    /**
     * {@return the forms}
     *
     * @param path of the requests
     */
    static List<Form> of(String path) {
        var all = new SmugglingForms(path);
        all.codings();
        all.mutatedNames();
        all.mutatedValues();
        all.lengths();
        all.lineEnds();
        all.chunks();
        all.trailers();
        all.requestLines();
        all.hosts();
        all.connections();
        all.versions();
        all.beginnings();
        return all.forms;
    }

    private void add(String name, String bytes) {
        forms.add(new Form(name, bytes));
    }

    /** A POST with these field lines, each with its end, and what follows. */
    private String post(String fields, String rest) {
        return "POST " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n" + rest;
    }

    /** Both lengths, either of which may be believed: the prey is body to one and request to the other. */
    private void both(String name, String coding) {
        String chunked = "0\r\n\r\n" + PREY;
        add("CL.TE " + name, post("Content-Length: " + chunked.length() + "\r\n" + coding + "\r\n", chunked));
        String one = Integer.toHexString(PREY.length()) + "\r\n" + PREY + "\r\n0\r\n\r\n";
        add("TE.CL " + name, post(coding + "\r\nContent-Length: 4\r\n", one));
        add("TE.0 " + name, post(coding + "\r\n", chunked));
    }

    private void codings() {
        for (String value : new String[] {"chunked", "Chunked", "CHUNKED", "chunked, identity", "identity, chunked",
                "identity", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked;q=1", "chunked; a=\"b\"",
                "xchunked",
                "chunkedx", "chun ked", "\"chunked\"", "'chunked'", "(chunked)", "chunked,", ",chunked", ", chunked",
                "", "cow",
                "chunked\\", "=chunked", "chunked chunked", "x, chunked", "chunked x"}) {
            both("coding <" + value + ">", "Transfer-Encoding: " + value);
        }
        both("twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked");
        both("twice, then identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity");
        both("identity, then chunked", "Transfer-Encoding: identity\r\nTransfer-encoding: chunked");
        both("twice, then cow", "Transfer-Encoding: chunked\r\nTransfer-encoding: cow");
        both("folded", "Transfer-Encoding:\r\n chunked");
        both("folded by a tab", "Transfer-Encoding:\r\n\tchunked");
        both("folded behind another", "X: y\r\n Transfer-Encoding: chunked");
        both("folded twice", "Transfer-Encoding: \r\n \r\n chunked");
        both("after a bare LF", "X: y\nTransfer-Encoding: chunked");
        both("after a bare CR", "X: y\rTransfer-Encoding: chunked");
        both("after LF CR", "X: y\n\rTransfer-Encoding: chunked");
        both("after CR CR LF", "X: y\r\r\nTransfer-Encoding: chunked");
        both("before a bare LF", "Transfer-Encoding: chunked\nX: y");
        both("before a bare CR", "Transfer-Encoding: chunked\rX: y");
        both("without a colon", "Transfer-Encoding chunked");
        both("with two colons", "Transfer-Encoding:: chunked");
        both("with an equals sign", "Transfer-Encoding= chunked");
        both("in a quoted value", "X: \"a\r\nTransfer-Encoding: chunked\r\nY: b\"");
        both("cut by NUL", "Transfer-Encoding: chunked\0");
        both("as Content-Encoding too", "Content-Encoding: chunked\r\nTransfer-Encoding: chunked");
    }

    private static String at(int octet) {
        return String.valueOf((char) octet);
    }

    private static String hex(int octet) {
        return String.format("0x%02x", octet);
    }

    private static final int[] OCTETS =
            {0, 1, 4, 7, 8, 9, 0x0b, 0x0c, 0x0d, 0x0e, 0x10, 0x1a, 0x1b, 0x1c, 0x1f, 0x20, 0x21,
                    0x22, 0x2c, 0x2f, 0x3b, 0x5f, 0x7f, 0x80, 0x85, 0xa0, 0xad, 0xe2, 0xff};

    private void mutatedNames() {
        for (int octet : OCTETS) {
            both(hex(octet) + " before the name", at(octet) + "Transfer-Encoding: chunked");
            both(hex(octet) + " in the name", "Transfer" + at(octet) + "Encoding: chunked");
            both(hex(octet) + " before the colon", "Transfer-Encoding" + at(octet) + ": chunked");
            String length = "Content-Length" + at(octet) + ": " + PREY.length() + "\r\n";
            add("CL " + hex(octet) + " before the colon", post(length, PREY));
        }
    }

    private void mutatedValues() {
        for (int octet : OCTETS) {
            both(hex(octet) + " after the colon", "Transfer-Encoding:" + at(octet) + "chunked");
            both(hex(octet) + " after the value", "Transfer-Encoding: chunked" + at(octet));
            both(hex(octet) + " in the value", "Transfer-Encoding: chun" + at(octet) + "ked");
            add("CL " + hex(octet) + " before the value",
                    post("Content-Length: " + at(octet) + PREY.length() + "\r\n", PREY));
            add("CL " + hex(octet) + " after the value",
                    post("Content-Length: " + PREY.length() + at(octet) + "\r\n", PREY));
        }
    }

    private void lengths() {
        int n = PREY.length();
        for (String value : new String[] {"+" + n, "-" + n, "0x" + Integer.toHexString(n), n + ".0", n + "e0",
                n + "," + n,
                n + ", " + n, n + ",0", "0," + n, n + " " + n, "", " ", "0" + n, "00000000000000000000" + n, n + ";a",
                "\"" + n + "\"",
                "4294967296", "18446744073709551616", "9223372036854775808", "99999999999999999999", "\u0661", "0b1",
                "1_0", n + "_"}) {
            add("Content-Length <" + value + ">", post("Content-Length: " + value + "\r\n", PREY));
        }
        add("two lengths, the first short", post("Content-Length: 0\r\nContent-Length: " + n + "\r\n", PREY));
        add("two lengths, the last short", post("Content-Length: " + n + "\r\nContent-Length: 0\r\n", PREY));
        add("the same length twice", post("Content-Length: " + n + "\r\nContent-Length: " + n + "\r\n", PREY));
        add("a folded length", post("Content-Length:\r\n " + n + "\r\n", PREY));
        add("a length that is folded on", post("Content-Length: 0\r\n " + n + "\r\n", PREY));
        add("a length in lower case", post("content-length: " + n + "\r\n", PREY));
        add("CL.0", post("Content-Length: " + n + "\r\n", PREY));
        add("GET with a body", post("Content-Length: " + n + "\r\n", PREY).replaceFirst("POST", "GET"));
        add("HEAD with a body", post("Content-Length: " + n + "\r\n", PREY).replaceFirst("POST", "HEAD"));
        add("OPTIONS with a body", post("Content-Length: " + n + "\r\n", PREY).replaceFirst("POST", "OPTIONS"));
        add("TRACE with a body", post("Content-Length: " + n + "\r\n", PREY).replaceFirst("POST", "TRACE"));
        add("a body shorter than said", post("Content-Length: " + (n + 50) + "\r\n", PREY));
    }

    private void lineEnds() {
        String[][] ends = {{"LF", "\n"}, {"CR", "\r"}, {"CR CR LF", "\r\r\n"}, {"LF CR", "\n\r"},
                {"NUL CR LF", "\0\r\n"},
                {"SP CR LF", " \r\n"}, {"VT", "\u000b"}, {"FF", "\f"}, {"NEL", "\u0085"}, {"CR NUL LF", "\r\0\n"}};
        int n = PREY.length();
        for (String[] end : ends) {
            String e = end[1];
            add("request line ended by " + end[0],
                    "POST " + path + " HTTP/1.1" + e + "Host: test\r\nContent-Length: " + n
                            + "\r\n\r\n" + PREY);
            add("field ended by " + end[0],
                    "POST " + path + " HTTP/1.1\r\nHost: test\r\nX: y" + e + "Content-Length: " + n
                            + "\r\n\r\n" + PREY);
            add("head ended by " + end[0],
                    "POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + n + "\r\n" + e + PREY);
            add("all lines ended by " + end[0], ("POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + n
                    + "\r\n\r\n").replace("\r\n", e) + PREY);
            add("chunk size ended by " + end[0],
                    post("Transfer-Encoding: chunked\r\n", "5" + e + "hello\r\n0\r\n\r\n" + PREY));
            add("chunk ended by " + end[0],
                    post("Transfer-Encoding: chunked\r\n", "5\r\nhello" + e + "0\r\n\r\n" + PREY));
            add("last chunk ended by " + end[0],
                    post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0" + e + "\r\n" + PREY));
            add("trailers ended by " + end[0],
                    post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n" + e + PREY));
            add("extension ended by " + end[0],
                    post("Transfer-Encoding: chunked\r\n", "5;a=b" + e + "c\r\nhello\r\n0\r\n\r\n"));
        }
    }

    private void chunks() {
        String prey = Integer.toHexString(PREY.length());
        for (String size : new String[] {"+5", "-5", "0x5", "05", "000000000000000000005", " 5", "5 ", "\t5", "5\t",
                "5\0", "\u00005",
                "5,", "5 5", "5;", "5;a", "5;a=b", "5; a=\"b\"", "5;a=\"\\\"\"", "5;\0", "5;\u007f", "5;a\u0000b",
                "5 ;a", "5;;;",
                "100000005", "10000000000000005", "ffffffffffffffff", "8000000000000005", "5_0", "5.0", "\u0665", "_5",
                "", "g"}) {
            add("chunk size <" + size + ">",
                    post("Transfer-Encoding: chunked\r\n", size + "\r\nhello\r\n0\r\n\r\n" + PREY));
        }
        add("a chunk longer than said", post("Transfer-Encoding: chunked\r\n", "4\r\nhello\r\n0\r\n\r\n" + PREY));
        add("a chunk shorter than said", post("Transfer-Encoding: chunked\r\n", "6\r\nhello\r\n0\r\n\r\n" + PREY));
        add("no end of a chunk", post("Transfer-Encoding: chunked\r\n", "5\r\nhello0\r\n\r\n" + PREY));
        add("no last chunk", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n" + PREY));
        add("several last chunks", post("Transfer-Encoding: chunked\r\n", "00000\r\n\r\n" + PREY));
        add("prey in an extension", post("Transfer-Encoding: chunked\r\n", "5;" + PREY.replace("\r\n", "\n")
                + "\r\nhello\r\n0\r\n\r\n"));
        add("prey in a long extension",
                post("Transfer-Encoding: chunked\r\n", "5;" + "a".repeat(5000) + "\r\nhello\r\n0\r\n\r\n"));
        add("prey as a chunk", post("Transfer-Encoding: chunked\r\n", prey + "\r\n" + PREY + "\r\n0\r\n\r\n"));
        add("a break within an extension",
                post("Transfer-Encoding: chunked\r\n", "2;\nxx\r\n" + prey + "\r\n0\r\n\r\n" + PREY));
        add("a return within an extension", post("Transfer-Encoding: chunked\r\n", "2;\rxx\r\nhi\r\n0\r\n\r\n" + PREY));
        add("an empty line first", post("Transfer-Encoding: chunked\r\n", "\r\n5\r\nhello\r\n0\r\n\r\n" + PREY));
    }

    private void trailers() {
        for (String trailer : new String[] {"Content-Length: 5", "Transfer-Encoding: chunked", "Host: evil",
                "Connection: close",
                "X : y", " X: y", "X: y\n Z: z", "X: \0", "no colon", "X: y\rZ: z", "Trailer: x", "Upgrade: x",
                "Expect: 100-continue",
                "TE: trailers", "\u0000X: y", "X: y"}) {
            add("trailer <" + trailer + ">",
                    post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n" + trailer + "\r\n\r\n"
                            + PREY));
        }
    }

    private void requestLines() {
        String rest = "\r\nHost: test\r\n\r\n";
        for (String line : new String[] {"GET  %s HTTP/1.1", "GET\t%s\tHTTP/1.1", "GET %s  HTTP/1.1",
                "GET %s HTTP/1.1 ", " GET %s HTTP/1.1",
                "GET %s", "GET %s HTTP/1.1 HTTP/1.1", "GET %s x HTTP/1.1", "GET %s\u000bHTTP/1.1", "GET %s HTTP/1.1\0",
                "GET\0 %s HTTP/1.1",
                "GET %s\0 HTTP/1.1", "GET %s\u00a0HTTP/1.1", "get %s HTTP/1.1", "GET: %s HTTP/1.1", "G ET %s HTTP/1.1",
                "(GET) %s HTTP/1.1",
                "GET %s?a=\u0000 HTTP/1.1", "GET %s?a=\u007f HTTP/1.1", "GET %s?a=\u00ff HTTP/1.1",
                "GET %s\rX: y HTTP/1.1",
                "GET %s HTTP/1.1\rX: y", "GET %s#a HTTP/1.1", "GET \\x HTTP/1.1", "GET * HTTP/1.1",
                "OPTIONS * HTTP/1.1",
                "GET test%s HTTP/1.1", "GET //evil%s HTTP/1.1", "GET http:/%s HTTP/1.1", "GET http://%s HTTP/1.1",
                "GET http://test@evil%s HTTP/1.1", "GET http://evil%s HTTP/1.1", "GET http://test:80:80%s HTTP/1.1",
                "GET https://test%s HTTP/1.1", "GET http://te st%s HTTP/1.1", "GET http://test%s HTTP/1.1",
                "CONNECT test:80 HTTP/1.1",
                "CONNECT %s HTTP/1.1", "GET %%s HTTP/1.1".replace("%%", "%")}) {
            add("request line <" + line + ">", line.replace("%s", path) + rest + PREY);
        }
    }

    private void hosts() {
        for (String fields : new String[] {"", "Host: test\r\nHost: evil\r\n", "Host: test\r\nHost: test\r\n",
                "Host: test, evil\r\n",
                "Host: test evil\r\n", "Host: test\r\n evil\r\n", "Host: test@evil\r\n", "Host: test/evil\r\n",
                "Host: test:80:80\r\n",
                "Host: test:x\r\n", "Host: test\0evil\r\n", "Host:\r\n", "Host: [::1\r\n", "Host: test#\r\n",
                "Host: test?\r\n",
                "Host: test\\evil\r\n", "Host : test\r\n", "Hos\0t: test\r\n", "Host: test\u000b\r\n",
                "Host: te%00st\r\n"}) {
            add("hosts <" + fields + ">", "GET " + path + " HTTP/1.1\r\n" + fields + "\r\n" + PREY);
        }
    }

    private void connections() {
        int n = PREY.length();
        for (String name : new String[] {"Content-Length", "Transfer-Encoding", "Host", "close, Content-Length",
                "Trailer", "TE",
                "content-length, host, x-forwarded-for", "X-Forwarded-For", "Via", "Expect", "Upgrade"}) {
            add("Connection names " + name, post("Connection: " + name + "\r\nContent-Length: " + n + "\r\n", PREY));
        }
        add("upgrade with a body",
                post("Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: " + n + "\r\n", PREY));
        add("upgrade with chunks", post("Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n",
                "0\r\n\r\n" + PREY));
        add("upgrade to h2c", post(
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
                        + "Content-Length: 0\r\n",
                PREY));
        add("expectation with a body", post("Expect: 100-continue\r\nContent-Length: " + n + "\r\n", PREY));
        add("expectation without a body", post("Expect: 100-continue\r\n", PREY));
        add("expectation with chunks",
                post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + PREY));
        add("mutated expectation", post("Expect: y 100-continue\r\nContent-Length: " + n + "\r\n", PREY));
        add("mutated expectation 2",
                post("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: " + n + "\r\n", PREY));
        add("folded expectation", post("Expect:\r\n 100-continue\r\nContent-Length: " + n + "\r\n", PREY));
    }

    private void versions() {
        int n = PREY.length();
        for (String version : new String[] {"HTTP/1.0", "HTTP/0.9", "HTTP/1.2", "HTTP/1.9", "HTTP/1.10", "HTTP/2.0",
                "HTTP/01.1", "HTTP/1.01",
                "http/1.1", "HTTP/1,1", "HTTP/1.1x", "HTTP /1.1", "HTTP/ 1.1", "HTTP/+1.1", "HTTPS/1.1", "ICY/1.1",
                "HTTP/1"}) {
            String line = "POST " + path + " " + version + "\r\nHost: test\r\n";
            add(version + " with a length", line + "Content-Length: " + n + "\r\n\r\n" + PREY);
            add(version + " with chunks", line + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + PREY);
            add(version + " with both",
                    line + "Transfer-Encoding: chunked\r\nContent-Length: " + (n + 5) + "\r\n\r\n0\r\n\r\n" + PREY);
            add(version + " with both, kept alive", line + "Connection: keep-alive\r\nContent-Length: " + (n + 5)
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + PREY);
        }
    }

    private void beginnings() {
        String get = "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
        for (int octet : OCTETS) {
            add("begins with " + hex(octet), at(octet) + get);
            add("second begins with " + hex(octet), get + at(octet) + PREY);
        }
        add("begins with an empty line", "\r\n" + get);
        add("begins with two empty lines", "\r\n\r\n" + get);
        add("begins with a bare LF", "\n" + get);
        add("begins with a byte order mark", "\u00ef\u00bb\u00bf" + get);
        add("begins with a field", "X: y\r\n" + get);
        add("a space before the first field", "GET " + path + " HTTP/1.1\r\n Host: test\r\n\r\n");
        add("a space before the first field, then a host", "GET " + path + " HTTP/1.1\r\n X: y\r\nHost: test\r\n\r\n");
        add("an empty field name", "GET " + path + " HTTP/1.1\r\nHost: test\r\n: y\r\n\r\n");
        add("a PROXY header", "PROXY TCP4 6.6.6.6 127.0.0.1 1 2\r\n" + get);
    }
}
