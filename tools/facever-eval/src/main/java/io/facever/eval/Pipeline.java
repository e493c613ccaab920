package io.facever.eval;

import io.facever.Box;
import io.facever.Device;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Liveness;
import io.facever.Point;
import io.facever.spi.DetectorProvider;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.ModelProvider;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** A verifier as an evaluation uses it: the most central face, one thread for each call, many calls at once. */
final class Pipeline implements AutoCloseable {
    private static final String DEFAULT_ARCHITECTURE = "inception-resnet-v1";

    /** Stands in for a face where an aligner does not look at it. */
    static final Face ANY_FACE =
            new Face(new Box(0, 0, 0, 0), 1, Landmarks.of(Collections.nCopies(Landmarks.COUNT, new Point(0, 0))));

    private final FaceVerifier verifier;
    private final AlignerChoice aligner;
    private final String detectorDigest;
    private final boolean flip;
    private final boolean recovery;

    /**
     * What to measure.
     *
     * @param model id; empty for the default
     * @param aligner which aligner; empty for the default
     * @param flip whether embeddings are the mean of the crop and its mirror image
     * @param recovery whether the verifier tries harder on difficult images
     * @param device where networks run
     * @param threads for each run of a network; 0 leaves it to the engine
     * @param engine name; empty for the default
     * @param models where models come from; empty for the one that ServiceLoader finds
     */
    record Settings(
            Optional<String> model,
            Optional<AlignerChoice> aligner,
            boolean flip,
            boolean recovery,
            Device device,
            int threads,
            Optional<String> engine,
            Optional<ModelProvider> models) {
        static Settings defaults() {
            return new Settings(
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    false,
                    Device.cpu(),
                    1,
                    Optional.empty(),
                    Optional.empty());
        }

        Settings with(AlignerChoice other) {
            return new Settings(model, Optional.of(other), flip, recovery, device, threads, engine, models);
        }

        Settings with(Device other, int otherThreads) {
            return new Settings(model, aligner, flip, recovery, other, otherThreads, engine, models);
        }
    }

    private Pipeline(
            FaceVerifier verifier, AlignerChoice aligner, String detectorDigest, boolean flip, boolean recovery) {
        this.verifier = verifier;
        this.aligner = aligner;
        this.detectorDigest = detectorDigest;
        this.flip = flip;
        this.recovery = recovery;
    }

    static Pipeline open(Settings settings) {
        RecordingDetector detector = new RecordingDetector(ServiceLoader.load(DetectorProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .max(Comparator.comparingInt(DetectorProvider::rank))
                .orElseThrow(() -> new EvaluationException(
                        "provider-not-found", "no detector was found; add io.facever:facever-mtcnn")));
        FaceVerifier.Builder builder = FaceVerifier.builder()
                .detector(detector)
                .faceSelection(FaceSelection.MOST_CENTRAL)
                .recovery(settings.recovery())
                .device(settings.device())
                .threads(settings.threads());
        settings.model().ifPresent(builder::model);
        settings.engine().ifPresent(builder::engine);
        settings.models().ifPresent(builder::models);
        settings.aligner().ifPresent(choice -> choice.provider()
                .ifPresentOrElse(builder::aligner, () -> builder.aligner(choice.name())));
        if (settings.flip()) {
            builder.embedder(new FlipEmbedder.Provider(embedderProvider(settings)));
        }
        FaceVerifier verifier = builder.build();
        AlignerChoice aligner = settings.aligner()
                .orElseGet(
                        () -> AlignerChoice.parse(verifier.space().alignment().split("[/ ]")[0]));
        // the verifier puts recovery around the detector, where that can't see it
        String digest = settings.recovery() ? Hashing.sha256(detector.digest() + " recovery/1") : detector.digest();
        return new Pipeline(verifier, aligner, digest, settings.flip(), settings.recovery());
    }

    /** A verifier that checks liveness, on the engine and device of the settings. */
    static FaceVerifier liveness(Settings settings) {
        FaceVerifier.Builder builder = FaceVerifier.builder()
                .liveness(Liveness.passive())
                .device(settings.device())
                .threads(settings.threads());
        settings.model().ifPresent(builder::model);
        settings.engine().ifPresent(builder::engine);
        settings.models().ifPresent(builder::models);
        return builder.build();
    }

    private static EmbedderProvider embedderProvider(Settings settings) {
        String architecture = settings.model()
                .map(id -> settings.models()
                        .or(() -> ServiceLoader.load(ModelProvider.class).stream()
                                .map(ServiceLoader.Provider::get)
                                .max(Comparator.comparingInt(ModelProvider::rank)))
                        .orElseThrow(() -> new EvaluationException(
                                "provider-not-found", "no model source was found; add io.facever:facever-models"))
                        .describe(id)
                        .architecture())
                .orElse(DEFAULT_ARCHITECTURE);
        return ServiceLoader.load(EmbedderProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.name().equals(architecture))
                .findFirst()
                .orElseThrow(() -> new EvaluationException(
                        "provider-not-found",
                        "no embedder for '" + architecture + "' was found; add io.facever:facever-facenet"));
    }

    FaceVerifier verifier() {
        return verifier;
    }

    String model() {
        return verifier.model().id();
    }

    /** The aligner as written on the command line. */
    String alignerText() {
        return aligner.text() + (flip ? " + flip" : "");
    }

    /** Whether the verifier tries harder on difficult images. */
    boolean recovers() {
        return recovery;
    }

    /** Whether a detector runs. */
    boolean detects() {
        return aligner.detects();
    }

    String detectorDigest() {
        return detectorDigest;
    }

    /** SHA-256 over all weights, preprocessing, alignment and the choice of the face. */
    String digest() {
        return Hashing.sha256(String.join(
                "\n",
                aligner.detects() ? detectorDigest + " " + FaceSelection.MOST_CENTRAL : "no detector",
                verifier.space().id()));
    }

    List<Face> detect(Image image) {
        if (!aligner.detects()) {
            return List.of(ANY_FACE);
        }
        return verifier.detect(image);
    }

    /** The most central face. */
    static Optional<Face> subject(List<Face> faces, Image image) {
        return subject(faces, Degradation.middle(image));
    }

    /** The face whose box has its centre nearest to a point; the earlier one of two. */
    static Optional<Face> subject(List<Face> faces, Point middle) {
        return faces.stream()
                .min(Comparator.comparingDouble(face -> face.box().center().distanceTo(middle)));
    }

    Embedding embed(Image image, Face face) {
        return verifier.embed(image, List.of(face)).get(0);
    }

    @Override
    public void close() {
        verifier.close();
    }
}
