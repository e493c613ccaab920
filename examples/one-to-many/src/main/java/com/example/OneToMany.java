package com.example;

import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Verification;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Compares one photo with many; the one is detected and embedded once. Usage: OneToMany PROBE OTHER... */
public final class OneToMany {
    private OneToMany() {}

    public static void main(String[] args) {
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            Image probe = verifier.decode(Path.of(args[0]));
            List<Image> others = Arrays.stream(args)
                    .skip(1)
                    .map(name -> verifier.decode(Path.of(name)))
                    .toList();
            List<Verification> results = verifier.verifyOneToMany(probe, others);
            for (int i = 0; i < results.size(); i++) {
                Verification result = results.get(i);
                // without a face there is no similarity (NaN), but there are reasons
                System.out.printf(
                        "%s %s %.3f %s%n", args[i + 1], result.outcome(), result.similarity(), result.reasons());
            }
        }
    }
}
