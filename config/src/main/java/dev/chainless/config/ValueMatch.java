package dev.chainless.config;

import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Shorthand;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What the value of a header field or query parameter must be. */
public sealed interface ValueMatch {
    /**
     * One value and no other.
     *
     * @param exact the value
     */
    record Exact(@Doc("The value, and no other.") String exact) implements ValueMatch {
        @Shorthand
        static Exact of(String exact) {
            return new Exact(exact);
        }
    }

    /**
     * A value that begins so.
     *
     * @param prefix how it begins
     */
    record Prefix(@Doc("How the value begins.") String prefix) implements ValueMatch {}

    /**
     * A value that ends so.
     *
     * @param suffix how it ends
     */
    record Suffix(@Doc("How the value ends.") String suffix) implements ValueMatch {}

    /**
     * A value with this in it.
     *
     * @param contains what is in it
     */
    record Contains(@Doc("What is somewhere in the value.") String contains) implements ValueMatch {}

    /**
     * A value that a regular expression matches as a whole.
     *
     * @param regex in the syntax of {@link Pattern}
     */
    record Regex(@Doc("A regular expression (java.util.regex) that matches the whole value.") String regex)
            implements ValueMatch {
        /** Refuses what is no regular expression. */
        public Regex {
            try {
                Pattern.compile(regex);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("not a regular expression: " + e.getDescription() + " at character "
                        + (e.getIndex() + 1), e);
            }
        }
    }

    /**
     * Any value, or none.
     *
     * @param present whether there must be one
     */
    record Present(@Doc("true: with any value; false: not there at all.") boolean present) implements ValueMatch {}
}
