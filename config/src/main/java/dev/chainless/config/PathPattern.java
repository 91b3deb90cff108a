package dev.chainless.config;

import dev.chainless.spi.config.Shorthand;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The paths that a route takes. {@code /a/b} is that path alone. {@code /v1/*} is {@code /v1} and all below it, so that
 * what guards a folder guards the folder itself. {@code {id}} stands for one segment that is not empty.
 *
 * @param segments what is between the slashes, without the trailing {@code *}; the last one is empty for {@code /a/}
 * @param prefix whether it ends in {@code /*}
 */
public record PathPattern(List<Segment> segments, boolean prefix) {
    private static final Pattern CAPTURE = Pattern.compile("\\{[A-Za-z_][A-Za-z0-9_]*\\}");
    private static final String EXPECTS = "a path such as \"/a\", \"/v1/*\" or \"/users/{id}/*\"";

    /**
     * One segment.
     *
     * @param text the segment itself, or the name between its braces
     * @param capture whether it stands for any one segment
     */
    public record Segment(String text, boolean capture) {}

    /** Copies the segments. */
    public PathPattern {
        segments = List.copyOf(segments);
    }

    /**
     * Reads a pattern.
     *
     * @param text begins with a slash
     * @return the pattern
     * @throws IllegalArgumentException if the text is no path, or {@code *} or braces are where they cannot be
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "/[^*?#\\s]*\\*?")
    public static PathPattern parse(String text) {
        if (!text.startsWith("/") || text.length() > 4096
                || !text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '?' && c != '#')) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        boolean prefix = text.endsWith("/*");
        String path = prefix ? text.substring(1, text.length() - 1) : text.substring(1);
        List<Segment> segments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String part : path.split("/", -1)) {
            Segment segment = segment(part);
            if (segment.capture() && !names.add(segment.text())) {
                throw new IllegalArgumentException("{" + segment.text() + "} is there twice");
            }
            segments.add(segment);
        }
        if (prefix) {
            segments.removeLast();
        }
        return new PathPattern(segments, prefix);
    }

    /** {@return whether the pattern is one path and no other} */
    public boolean exact() {
        return !prefix && segments.stream().noneMatch(Segment::capture);
    }

    /** {@return the pattern as {@link #parse} reads it} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Segment segment : segments) {
            text.append('/').append(segment.capture() ? "{" + segment.text() + "}" : segment.text());
        }
        return prefix ? text.append("/*").toString() : text.toString();
    }

    private static Segment segment(String part) {
        if (CAPTURE.matcher(part).matches()) {
            return new Segment(part.substring(1, part.length() - 1), true);
        }
        if (part.indexOf('*') >= 0) {
            throw new IllegalArgumentException("\"*\" is only allowed as the whole last segment: \"/v1/*\"");
        }
        if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
            throw new IllegalArgumentException("\"{name}\" is only allowed as a whole segment: \"/users/{id}\"");
        }
        if (part.equals(".") || part.equals("..")) {
            throw new IllegalArgumentException("\"" + part + "\" is never in a request's path: it is resolved before");
        }
        return new Segment(part, false);
    }
}
