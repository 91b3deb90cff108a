package dev.chainless.config;

import java.io.Serial;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything that is wrong in a configuration, at once. Its message is what an operator reads: one line a problem, in
 * the order of the files.
 */
public final class ConfigException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private static final Comparator<Problem> ORDER = Comparator.comparing((Problem p) -> p.file().toString())
            .thenComparingInt(Problem::line).thenComparingInt(Problem::column);

    /** Not for the wire: a problem names a path of this file system. */
    private final transient List<Problem> problems;

    /**
     * An exception of these problems.
     *
     * @param problems at least one
     */
    public ConfigException(Collection<Problem> problems) {
        List<Problem> sorted = problems.stream().sorted(ORDER).distinct().toList();
        super(sorted.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = sorted;
    }

    /** {@return the problems, by file, line and column} */
    public List<Problem> problems() {
        return problems;
    }
}
