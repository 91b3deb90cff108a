package dev.chainless.host;

import dev.chainless.config.Problem;
import java.io.Serial;
import java.util.List;

/** What is wrong with the files that a table of TLS names. */
final class TlsProblems extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    TlsProblems(List<Problem> problems) {
        super(problems.getFirst().toString());
        this.problems = List.copyOf(problems);
    }

    /** {@return the problems, their keys within the table} */
    List<Problem> problems() {
        return problems;
    }
}
