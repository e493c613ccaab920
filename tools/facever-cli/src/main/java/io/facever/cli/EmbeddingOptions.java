package io.facever.cli;

import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.facenet.FaceNet;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which face, which crop, which model: for every command that embeds faces. */
final class EmbeddingOptions {
    @Option(
            names = "--model",
            paramLabel = "ID",
            description = "Embedding model; 'facever models list' shows them. Default: the one that needs no choice.")
    private Optional<String> model = Optional.empty();

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "Numbers that the embedding model computes with: ${COMPLETION-CANDIDATES}; default"
                    + " ${DEFAULT-VALUE}. int8 is faster and a model of its own: with --model ID, it is ID-int8.",
            defaultValue = "fp32")
    private Precision precision = Precision.FP32;

    @Option(
            names = "--aligner",
            paramLabel = "NAME",
            description = "How a face is cut out: ${COMPLETION-CANDIDATES}; what suits the model if not set.")
    private Optional<AlignerName> aligner = Optional.empty();

    @Option(
            names = "--faces",
            paramLabel = "WHICH",
            description = "Which face is meant when there are several: ${COMPLETION-CANDIDATES}; default"
                    + " ${DEFAULT-VALUE}. 'all' tries every pair.",
            defaultValue = "largest")
    private Faces faces = Faces.LARGEST;

    /** Filled by picocli: use it as a mixin. */
    EmbeddingOptions() {}

    /** Passes these options on to a builder. */
    FaceVerifier.Builder apply(FaceVerifier.Builder builder) {
        model().ifPresent(builder::model);
        aligner.map(AlignerName::toString).ifPresent(builder::aligner);
        return builder.faceSelection(selection());
    }

    private Optional<String> model() {
        return precision == Precision.FP32
                ? model
                : Optional.of(model.orElseGet(() -> new FaceNet().defaultModel()) + "-" + precision);
    }

    /** Which face is meant. */
    FaceSelection selection() {
        return faces.selection;
    }

    /** How exact the numbers of a network are. */
    enum Precision {
        FP32,
        INT8;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Aligners by their name in the api. */
    enum AlignerName {
        SIMILARITY,
        CROP,
        CENTER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Short words for {@link FaceSelection}. */
    enum Faces {
        LARGEST(FaceSelection.LARGEST),
        CENTRAL(FaceSelection.MOST_CENTRAL),
        BEST(FaceSelection.HIGHEST_SCORE),
        SINGLE(FaceSelection.SINGLE),
        ALL(FaceSelection.ALL_PAIRS);

        private final FaceSelection selection;

        Faces(FaceSelection selection) {
            this.selection = selection;
        }

        FaceSelection selection() {
            return selection;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
