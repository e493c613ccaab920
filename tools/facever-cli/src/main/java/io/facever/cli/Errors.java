package io.facever.cli;

import io.facever.EngineException;
import io.facever.FaceverException;
import io.facever.ImageException;
import io.facever.ModelException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns exceptions into one readable line and an {@link ExitStatus}. */
final class Errors {
    private Errors() {}

    /** Wrong usage. */
    static int usage(ParameterException failure, String[] args) {
        CommandLine where = failure.getCommandLine();
        PrintWriter err = where.getErr();
        line(err, failure);
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("Try '" + where.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitStatus.USAGE;
    }

    /** Anything that went wrong while a command ran. */
    static int report(Exception failure, CommandLine where, boolean verbose) {
        if (failure instanceof ParameterException usage) {
            return usage(usage, new String[0]);
        }
        PrintWriter err = where.getErr();
        int status = status(failure);
        if (status == ExitStatus.FAULT) {
            err.println("facever: " + failure + " [docs/errors.md#internal-error]");
        } else {
            line(err, failure);
        }
        if (verbose) {
            failure.printStackTrace(err);
        } else if (status == ExitStatus.FAULT) {
            err.println("This is a fault of facever. Please run it again with --verbose and report what it prints.");
        }
        err.flush();
        return status;
    }

    /** One line, whatever the message holds. */
    static void line(PrintWriter err, Exception failure) {
        err.println("facever: " + String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " "));
    }

    private static int status(Exception failure) {
        if (failure instanceof ImageException) {
            return ExitStatus.IMAGE;
        }
        if (failure instanceof ModelException || failure instanceof EngineException) {
            return ExitStatus.UNAVAILABLE;
        }
        if (failure instanceof FaceverException) {
            // what remains of facever's own: a file that the user named can't be written
            return ExitStatus.OUTPUT;
        }
        return ExitStatus.FAULT;
    }
}
