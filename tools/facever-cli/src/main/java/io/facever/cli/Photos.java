package io.facever.cli;

import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.ImageException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** Reads many photos; one that can't be read is told on standard error and does not keep the rest from being read. */
final class Photos {
    private final FaceVerifier verifier;
    private final PrintWriter err;
    private boolean failed;

    Photos(FaceVerifier verifier, PrintWriter err) {
        this.verifier = verifier;
        this.err = err;
    }

    Optional<Image> read(Path file) {
        try {
            return Optional.of(verifier.decode(file));
        } catch (ImageException e) {
            failed = true;
            Errors.line(err, e);
            err.flush();
            return Optional.empty();
        }
    }

    /** Whether one could not be read. */
    boolean failed() {
        return failed;
    }
}
