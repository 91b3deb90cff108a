package dev.chainless.host;

import dev.chainless.config.ValueMatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/** What a value must be, for values that are octets. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface ValueTest {

    /** {@return whether the octets from one index to before another pass} */
    boolean passes(byte[] bytes, int from, int to);

    static ValueTest of(ValueMatch match) {
        return switch (match) {
            case ValueMatch.Exact(String exact) -> new Exact(exact.getBytes(StandardCharsets.UTF_8));
            case ValueMatch.Prefix(String prefix) -> new Prefix(prefix.getBytes(StandardCharsets.UTF_8));
            case ValueMatch.Suffix(String suffix) -> new Suffix(suffix.getBytes(StandardCharsets.UTF_8));
            case ValueMatch.Contains(String contains) -> new Contains(contains.getBytes(StandardCharsets.UTF_8));
            case ValueMatch.Regex(String regex) -> new Regex(Pattern.compile(regex));
            case ValueMatch.Present(boolean present) -> present ? new Present() : new Absent();
        };
    }

    record Exact(byte[] value) implements ValueTest {
        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            return Arrays.equals(value, 0, value.length, bytes, from, to);
        }
    }

    record Prefix(byte[] prefix) implements ValueTest {
        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            return to - from >= prefix.length
                    && Arrays.equals(prefix, 0, prefix.length, bytes, from, from + prefix.length);
        }
    }

    record Suffix(byte[] suffix) implements ValueTest {
        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            return to - from >= suffix.length && Arrays.equals(suffix, 0, suffix.length, bytes, to - suffix.length, to);
        }
    }

    record Contains(byte[] part) implements ValueTest {
        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            for (int at = from; at + part.length <= to; at++) {
                if (Arrays.equals(part, 0, part.length, bytes, at, at + part.length)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Present() implements ValueTest {
        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            return true;
        }
    }

    /** Passes any value too: whoever asks must turn the answer round. */
    record Absent() implements ValueTest {
        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            return true;
        }
    }

    /**
     * A regular expression is the one test that allocates, and the one whose work is not bounded by the value's length:
     * it is by a number of steps, past which the value does not pass.
     */
    record Regex(Pattern pattern) implements ValueTest {
        private static final int MAX_LENGTH = 1024;
        private static final int MAX_STEPS = 100_000;

        @Override
        public boolean passes(byte[] bytes, int from, int to) {
            if (to - from > MAX_LENGTH) {
                return false;
            }
            try {
                String value = new String(bytes, from, to - from, StandardCharsets.UTF_8);
                return pattern.matcher(new CountedText(value, MAX_STEPS)).matches();
            } catch (TooManySteps e) {
                return false;
            }
        }
    }

    /** A text that may be looked at only so often. */
    final class CountedText implements CharSequence {
        private final String text;
        private int left;

        CountedText(String text, int steps) {
            this.text = text;
            this.left = steps;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (--left < 0) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Ends a match that takes too long. */
    final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManySteps() {
            super(null, null, false, false);
        }
    }
}
