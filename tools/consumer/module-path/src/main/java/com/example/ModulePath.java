package com.example;

import io.facever.FaceVerifier;
import java.nio.file.Path;

/** Usage: ModulePath FIRST SECOND */
public final class ModulePath {
    private ModulePath() {}

    public static void main(String[] args) {
        if (!ModulePath.class.getModule().isNamed()
                || !FaceVerifier.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the module path");
        }
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            System.out.println(
                    verifier.verify(Path.of(args[0]), Path.of(args[1])).outcome() + " in "
                            + FaceVerifier.class.getModule());
        }
    }
}
