package io.facever.spring;

import io.facever.Aligner;
import io.facever.Detector;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.ModelDescription;
import io.facever.Threshold;
import io.facever.Verifier;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The verifier of the application and, when it is metered, the one whose stages it meters. The builder chooses the
 * stages and does not show them, so the metered verifier takes the inner one for its stages: each call of a stage
 * passes through once, and nothing is computed twice.
 */
final class ConfiguredVerifier implements AutoCloseable {
    private final FaceVerifier inner;
    private final FaceVerifier exposed;

    private ConfiguredVerifier(FaceVerifier inner, FaceVerifier exposed) {
        this.inner = inner;
        this.exposed = exposed;
    }

    /**
     * Builds the verifier.
     *
     * @param stages a builder with stages, models, engine and threshold
     * @param settings makes a fresh builder with what is no stage: selection, limits, decoder
     * @param verifier how to decide
     * @param meter what to put around the stages, if anything
     */
    static ConfiguredVerifier build(
            FaceVerifier.Builder stages,
            Supplier<FaceVerifier.Builder> settings,
            Verifier verifier,
            Optional<StageMeter> meter) {
        FaceVerifier inner = stages.verifier(verifier).build();
        if (meter.isEmpty()) {
            return new ConfiguredVerifier(inner, inner);
        }
        try {
            return new ConfiguredVerifier(inner, metered(inner, settings.get(), verifier, meter.get()));
        } catch (RuntimeException | Error e) {
            inner.close();
            throw e;
        }
    }

    private static FaceVerifier metered(
            FaceVerifier inner, FaceVerifier.Builder settings, Verifier verifier, StageMeter meter) {
        Threshold threshold = inner.threshold();
        return settings.detector(meter.meter(new InnerDetector(inner)))
                .aligner(meter.meter(new InnerAligner(inner)))
                .embedder(meter.meter(new InnerEmbedder(inner)))
                .verifier(meter.meter(verifier))
                .threshold(threshold)
                .build();
    }

    /** The verifier for the application. */
    FaceVerifier exposed() {
        return exposed;
    }

    /** Waits for running calls, and closes what the builder created. */
    @Override
    public void close() {
        exposed.close();
        inner.close();
    }

    private record InnerDetector(FaceVerifier inner) implements Detector {
        @Override
        public List<Face> detect(Image image) {
            return inner.detect(image);
        }

        @Override
        public List<List<Face>> detectAll(List<Image> images) {
            return inner.detectAll(images);
        }
    }

    private record InnerAligner(FaceVerifier inner) implements Aligner {
        @Override
        public FaceCrop align(Image image, Face face) {
            return inner.align(image, face);
        }

        @Override
        public String id() {
            return inner.space().alignment();
        }
    }

    private record InnerEmbedder(FaceVerifier inner) implements Embedder {
        @Override
        public ModelDescription model() {
            return inner.model();
        }

        @Override
        public List<Embedding> embedAll(List<FaceCrop> crops) {
            return inner.embedAll(crops);
        }
    }
}
