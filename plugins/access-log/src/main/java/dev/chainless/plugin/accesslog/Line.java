package dev.chainless.plugin.accesslog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A line that is being made. What comes from outside goes through an escaping method, so that a line has printable
 * ASCII characters only. Each loop has one and uses it again and again.
 */
final class Line {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[1024];
    private int length;

    void clear() {
        length = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Appends one printable character, or the end of the line. */
    Line ascii(char c) {
        room(1);
        bytes[length++] = (byte) c;
        return this;
    }

    /** Appends text that the gateway itself made. */
    @SuppressWarnings("deprecation") // the one method that copies ASCII without an array in between
    Line ascii(String text) {
        int count = text.length();
        room(count);
        text.getBytes(0, count, bytes, length);
        length += count;
        return this;
    }

    Line ascii(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
        return this;
    }

    /** Appends a number that is not negative. */
    Line number(long value) {
        int count = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            count++;
        }
        return digits(value, count);
    }

    /** Appends the last digits of a number, with leading zeros. */
    Line digits(long value, int count) {
        room(count);
        long rest = value;
        for (int i = length + count - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += count;
        return this;
    }

    /** Appends a number of thousandths as a decimal fraction. */
    Line thousandths(long value) {
        return number(value / 1000).ascii('.').digits(value % 1000, 3);
    }

    /** Appends the inside of a JSON string. */
    Line json(byte[] text, int offset, int count) {
        room(count * 6);
        for (int i = offset; i < offset + count; i++) {
            json((char) (text[i] & 0xff));
        }
        return this;
    }

    /** Appends the inside of a JSON string, cut at so many characters. */
    Line json(String text, int max) {
        int count = Math.min(text.length(), max);
        room(count * 6);
        for (int i = 0; i < count; i++) {
            json(text.charAt(i));
        }
        return this;
    }

    /** Appends the inside of a quoted part of the common format. */
    Line quoted(byte[] text, int offset, int count) {
        room(count * 6);
        for (int i = offset; i < offset + count; i++) {
            common((char) (text[i] & 0xff));
        }
        return this;
    }

    /** Appends the inside of a quoted part of the common format, cut at so many characters. */
    Line quoted(String text, int max) {
        int count = Math.min(text.length(), max);
        room(count * 6);
        for (int i = 0; i < count; i++) {
            common(text.charAt(i));
        }
        return this;
    }

    /** Appends a part of the common format that stands without quotes: spaces are escaped, too. */
    Line word(String text, int max) {
        int count = Math.min(text.length(), max);
        room(count * 6);
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            if (c == ' ') {
                hexadecimal('x', c, 2);
            } else {
                common(c);
            }
        }
        return this;
    }

    private void json(char c) {
        if (c == '"' || c == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) c;
        } else if (c < ' ' || c >= 0x7f) {
            hexadecimal('u', c, 4);
        } else {
            bytes[length++] = (byte) c;
        }
    }

    private void common(char c) {
        if (c == '"' || c == '\\' || c < ' ' || c >= 0x7f) {
            hexadecimal(c > 0xff ? 'u' : 'x', c, c > 0xff ? 4 : 2);
        } else {
            bytes[length++] = (byte) c;
        }
    }

    private void hexadecimal(char kind, char c, int digits) {
        bytes[length++] = '\\';
        bytes[length++] = (byte) kind;
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[c >> shift & 15];
        }
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
