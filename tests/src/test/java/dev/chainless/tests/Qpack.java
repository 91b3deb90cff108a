package dev.chainless.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;

/** The simplest QPACK there is: names and values in plain text, and the statuses of the static table. */
final class Qpack {
    private static final int[] STATUSES = {103, 200, 304, 404, 503};
    private static final int[] MORE_STATUSES = {100, 204, 206, 302, 400, 403, 421, 425, 500};

    private Qpack() {}

    /** {@return a field section} Each field is {@code name=value}, the first {@code =} being the separator. */
    static byte[] encode(String... fields) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[2]);
        for (String field : fields) {
            int at = field.indexOf('=');
            string(out, 0x20, 3, field.substring(0, at));
            string(out, 0, 7, field.substring(at + 1));
        }
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, int form, int prefix, String text) {
        int most = (1 << prefix) - 1;
        int length = text.length();
        if (length < most) {
            out.write(form | length);
        } else {
            out.write(form | most);
            int rest = length - most;
            for (; rest >= 0x80; rest >>>= 7) {
                out.write(rest | 0x80);
            }
            out.write(rest);
        }
        out.writeBytes(text.getBytes(ISO_8859_1));
    }

    /** {@return the status of a HEADERS frame that begins a stream; 0 if it is none that this can read} */
    static int status(byte[] stream) {
        int at = 1 + (1 << ((stream.length > 1 ? stream[1] & 0xff : 0) >>> 6)) + 2;
        if (stream.length <= at || stream[0] != 1) {
            return 0;
        }
        int first = stream[at] & 0xff;
        if (first == 0xff) {
            int index = 63 + stream[at + 1];
            return index < 63 + MORE_STATUSES.length ? MORE_STATUSES[index - 63] : 0;
        }
        if ((first & 0xc0) == 0xc0) {
            int index = first & 0x3f;
            return index >= 24 && index < 24 + STATUSES.length ? STATUSES[index - 24] : 0;
        }
        // A literal value with the name of entry 24.
        boolean coded = (stream[at + 2] & 0x80) != 0;
        int length = stream[at + 2] & 0x7f;
        return coded ? digits(stream, at + 3, length)
                : Integer.parseInt(new String(stream, at + 3, length, ISO_8859_1));
    }

    /** Three digits by the Huffman code of RFC 7541: 0 to 2 have five bits, the others six. */
    private static int digits(byte[] bytes, int from, int length) {
        long bits = 0;
        for (int i = from; i < from + length; i++) {
            bits = bits << 8 | bytes[i] & 0xff;
        }
        int left = 8 * length;
        int number = 0;
        for (int i = 0; i < 3; i++) {
            int five = (int) (bits >>> (left - 5)) & 0x1f;
            if (five < 3) {
                number = number * 10 + five;
                left -= 5;
            } else {
                number = number * 10 + ((int) (bits >>> (left - 6)) & 0x3f) - 0x19 + 3;
                left -= 6;
            }
        }
        return number;
    }
}
