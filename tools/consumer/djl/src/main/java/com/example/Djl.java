package com.example;

import io.facever.FaceVerifier;
import io.facever.spi.InferenceEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

/** Usage: Djl FIRST SECOND */
public final class Djl {
    private Djl() {}

    public static void main(String[] args) {
        List<String> engines = ServiceLoader.load(InferenceEngine.class).stream()
                .map(engine -> engine.type().getName())
                .toList();
        if (engines.isEmpty() || !engines.stream().allMatch(name -> name.startsWith("io.facever.djl."))) {
            throw new IllegalStateException("engines other than DJL's: " + engines);
        }
        try (FaceVerifier verifier = FaceVerifier.builder().build()) {
            System.out.println(
                    verifier.verify(Path.of(args[0]), Path.of(args[1])).outcome() + " with DJL on "
                            + verifier.providers());
        }
    }
}
