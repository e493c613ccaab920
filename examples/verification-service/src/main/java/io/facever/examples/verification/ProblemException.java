package io.facever.examples.verification;

import java.time.Duration;
import java.util.Optional;

/** Ends a request with a problem document. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final transient Optional<Duration> retryAfter;

    ProblemException(Problem problem, String detail) {
        this(problem, detail, Optional.empty());
    }

    ProblemException(Problem problem, String detail, Optional<Duration> retryAfter) {
        // no stack trace: it says nothing, and under overload there are many
        super(detail, null, false, false);
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    Problem problem() {
        return problem;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
