package com.example;

import io.facever.FaceVerifier;
import io.facever.Verification;
import java.nio.file.Path;

/** Do two photos show the same person? Usage: QuickStart FIRST SECOND */
public final class QuickStart {
    private QuickStart() {}

    public static void main(String[] args) {
        // fetches the models the first time; build one verifier, share it between threads, close it in the end
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            Verification result = verifier.verify(Path.of(args[0]), Path.of(args[1]));
            switch (result.outcome()) {
                case INCONCLUSIVE -> System.out.println("INCONCLUSIVE " + result.reasons());
                default -> System.out.printf(
                        "%s, similarity %.3f, threshold %.3f%n",
                        result.outcome(), result.similarity(), result.threshold().value());
            }
        }
    }
}
