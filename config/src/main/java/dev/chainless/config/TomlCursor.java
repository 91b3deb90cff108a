package dev.chainless.config;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.temporal.Temporal;
import java.util.Locale;
import java.util.regex.Pattern;

/** A place in the text of a TOML file, and what can be read there: keys, strings, numbers, times. */
final class TomlCursor {
    private static final Pattern INTEGER = Pattern.compile("[+-]?(0|[1-9](_?[0-9])*)");
    private static final Pattern PREFIXED = Pattern.compile(
            "0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*");
    private static final Pattern FLOAT = Pattern.compile(
            "[+-]?(0|[1-9](_?[0-9])*)(\\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?");
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern TIME = Pattern.compile("[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?");
    private static final Pattern OFFSET = Pattern.compile("[Zz]|[+-][0-9]{2}:[0-9]{2}");
    private static final char END = '\uffff'; // no character, in Unicode

    /** What is wrong with the text. */
    static final class Wrong extends Exception {
        @java.io.Serial
        private static final long serialVersionUID = 1;
        private final transient Problem problem;

        Wrong(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    private final String text;
    private final Path file;
    private int at;
    private int line = 1;
    private int lineStart;

    TomlCursor(String text, Path file) {
        this.text = text;
        this.file = file;
    }

    Position start() {
        return new Position(file, 1, 1);
    }

    Position position() {
        return new Position(file, line, at - lineStart + 1);
    }

    int line() {
        return line;
    }

    boolean atEnd() {
        return at == text.length();
    }

    char peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : END;
    }

    boolean at(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    void next() {
        at++;
    }

    boolean take(char c) {
        boolean there = at(c);
        if (there) {
            at++;
        }
        return there;
    }

    void expect(char c) throws Wrong {
        require(c, "\"" + c + "\"");
        at++;
    }

    void require(char c, String expected) throws Wrong {
        if (!at(c)) {
            throw unexpected(expected);
        }
    }

    Wrong wrong(String message) {
        return wrong(position(), message);
    }

    Wrong wrong(Position position, String message) {
        return new Wrong(Problem.at(position, "", "not TOML: " + message));
    }

    private Wrong unexpected(String expected) {
        String found = atEnd() ? "end of the file" : atNewLine() ? "end of line"
                : "'" + Character.toString(text.codePointAt(at)) + "'";
        return wrong("unexpected " + found + ", expected " + expected);
    }

    // ---- space

    private boolean atNewLine() {
        return at('\n') || (at('\r') && peek(1) == '\n');
    }

    private void newLine() {
        at += at('\r') ? 2 : 1;
        line++;
        lineStart = at;
    }

    void skipSpace() {
        while (at(' ') || at('\t')) {
            at++;
        }
    }

    /** Skips space, ends of lines and comments. */
    void skipBlank() throws Wrong {
        while (true) {
            skipSpace();
            if (atNewLine()) {
                newLine();
            } else if (at('#')) {
                skipComment();
            } else {
                return;
            }
        }
    }

    private void skipComment() throws Wrong {
        while (!atEnd() && !atNewLine()) {
            refuseControl();
            at++;
        }
    }

    private void refuseControl() throws Wrong {
        char c = peek();
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            throw wrong(String.format(Locale.ROOT, "a control character, U+%04X", (int) c));
        }
    }

    void endOfStatement() throws Wrong {
        skipSpace();
        if (at('#')) {
            skipComment();
        }
        if (atNewLine()) {
            newLine();
        } else if (!atEnd()) {
            throw unexpected("the end of the line");
        }
    }

    /** Goes to the next line. */
    void skipLine() {
        while (!atEnd() && !at('\n')) {
            at++;
        }
        if (!atEnd()) {
            newLine();
        }
    }

    // ---- keys and values

    String key() throws Wrong {
        if (at('"') || at('\'')) {
            return string();
        }
        int begin = at;
        while (isBare(peek())) {
            at++;
        }
        if (at == begin) {
            throw unexpected("a key");
        }
        return text.substring(begin, at);
    }

    private static boolean isBare(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    }

    /** {@return a String, Long, Double, Boolean or Temporal} */
    Object scalar() throws Wrong {
        char c = peek();
        if (c == '"' || c == '\'') {
            return peek(1) == c && peek(2) == c ? block() : string();
        }
        int begin = at;
        while (isBare(peek()) || at('+') || at('.') || at(':')
                || (at(' ') && at - begin == 10 && DATE.matcher(text.substring(begin, at)).matches()
                        && peek(1) >= '0' && peek(1) <= '9')) {
            at++;
        }
        String word = text.substring(begin, at);
        at = begin; // where a mistake is told
        if (word.isEmpty()) {
            throw unexpected("a value");
        }
        Object value = value(word);
        at += word.length();
        return value;
    }

    private Object value(String word) throws Wrong {
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan", "+nan", "-nan" -> Double.NaN;
            default -> {
                if (INTEGER.matcher(word).matches()) {
                    yield integer(word, word, 10);
                }
                if (PREFIXED.matcher(word).matches()) {
                    char kind = word.charAt(1);
                    yield integer(word, word.substring(2), kind == 'x' ? 16 : kind == 'o' ? 8 : 2);
                }
                if (FLOAT.matcher(word).matches()) {
                    yield Double.valueOf(word.replace("_", ""));
                }
                yield time(word);
            }
        };
    }

    private long integer(String word, String digits, int radix) throws Wrong {
        try {
            return Long.parseLong(digits.replace("_", ""), radix);
        } catch (NumberFormatException e) {
            throw wrong("the number " + word + " does not fit in 64 bits");
        }
    }

    private Temporal time(String word) throws Wrong {
        try {
            if (TIME.matcher(word).matches()) {
                return LocalTime.parse(toNanos(word));
            }
            if (word.length() >= 10 && DATE.matcher(word.substring(0, 10)).matches()) {
                LocalDate date = LocalDate.parse(word.substring(0, 10));
                String rest = word.substring(10);
                if (rest.isEmpty()) {
                    return date;
                }
                var offset = OFFSET.matcher(rest);
                int end = offset.find(1) ? offset.start() : rest.length();
                String time = rest.substring(1, end);
                boolean whole = "Tt ".indexOf(rest.charAt(0)) >= 0 && TIME.matcher(time).matches();
                String zone = rest.substring(end);
                if (whole && zone.isEmpty()) {
                    return LocalDateTime.of(date, LocalTime.parse(toNanos(time)));
                }
                if (whole && OFFSET.matcher(zone).matches()) {
                    return OffsetDateTime.parse(date + "T" + toNanos(time) + zone.toUpperCase(Locale.ROOT));
                }
            }
        } catch (DateTimeException e) {
            throw wrong("there is no such time: " + word);
        }
        throw wrong(
                "unexpected '" + word.charAt(0) + "', expected a value: text in quotes, a number, true, false, a time, "
                        + "[...] or {...}");
    }

    /** {@return a time without what is finer than this platform's} */
    private static String toNanos(String time) {
        return time.length() > 18 ? time.substring(0, 18) : time;
    }

    // ---- strings

    /** A string on one line. */
    private String string() throws Wrong {
        char quote = peek();
        at++;
        int begin = at;
        StringBuilder unescaped = null;
        while (!at(quote)) {
            if (atEnd() || atNewLine()) {
                throw unexpected("a closing " + quote);
            }
            refuseControl();
            if (quote == '"' && at('\\')) {
                if (unescaped == null) {
                    unescaped = new StringBuilder();
                }
                unescaped.append(text, begin, at);
                escape(unescaped);
                begin = at;
            } else {
                at++;
            }
        }
        String rest = text.substring(begin, at);
        at++;
        return unescaped == null ? rest : unescaped.append(rest).toString();
    }

    /** A string of several lines. */
    private String block() throws Wrong {
        char quote = peek();
        at += 3;
        if (atNewLine()) {
            newLine();
        }
        StringBuilder lines = new StringBuilder();
        while (!(at(quote) && peek(1) == quote && peek(2) == quote)) {
            if (atEnd()) {
                throw unexpected("a closing " + String.valueOf(quote).repeat(3));
            }
            if (atNewLine()) {
                newLine();
                lines.append('\n');
            } else if (quote == '"' && at('\\')) {
                if (!isContinued()) {
                    escape(lines);
                }
            } else {
                refuseControl();
                lines.append(peek());
                at++;
            }
        }
        at += 3;
        // Up to two quotes may stand before the closing ones.
        for (int i = 0; i < 2 && take(quote); i++) {
            lines.append(quote);
        }
        return lines.toString();
    }

    /** {@return whether a backslash at the end of a line was there, and is skipped with all space up to the next text} */
    private boolean isContinued() {
        int end = at + 1;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
            end++;
        }
        int begin = at;
        at = end;
        if (!atNewLine()) {
            at = begin;
            return false;
        }
        while (atNewLine()) {
            newLine();
            skipSpace();
        }
        return true;
    }

    private void escape(StringBuilder to) throws Wrong {
        char kind = peek(1);
        switch (kind) {
            case 'b' -> to.append('\b');
            case 't' -> to.append('\t');
            case 'n' -> to.append('\n');
            case 'f' -> to.append('\f');
            case 'r' -> to.append('\r');
            case 'e' -> to.append('\033');
            case '"', '\\' -> to.append(kind);
            case 'x', 'u', 'U' -> {
                to.appendCodePoint(codePoint(kind == 'x' ? 2 : kind == 'u' ? 4 : 8));
                return;
            }
            default ->
                throw wrong("there is no such escape; a backslash is written \\\\, or the text in single quotes");
        }
        at += 2;
    }

    private int codePoint(int digits) throws Wrong {
        int begin = at + 2;
        if (begin + digits <= text.length()) {
            String hex = text.substring(begin, begin + digits);
            if (hex.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80)) {
                long code = Long.parseLong(hex, 16);
                if (code <= Character.MAX_CODE_POINT && (code < 0xd800 || code > 0xdfff)) {
                    at = begin + digits;
                    return (int) code;
                }
            }
        }
        throw wrong("an escape of a character has " + digits + " hex digits of a character of Unicode");
    }
}
