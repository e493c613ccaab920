package com.example;

import io.facever.FaceVerifier;
import io.facever.Verification;
import java.nio.file.Path;

/** Nothing here names the parts: they are found. Usage: OwnParts FIRST SECOND */
public final class OwnParts {
    private OwnParts() {}

    public static void main(String[] args) {
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            Verification result = verifier.verify(Path.of(args[0]), Path.of(args[1]));
            System.out.printf(
                    "%s with model %s, similarity %.3f%n",
                    result.outcome(), verifier.model().id(), result.similarity());
        }
    }
}
