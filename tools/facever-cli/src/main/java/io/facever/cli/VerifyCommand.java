package io.facever.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Liveness;
import io.facever.Reason;
import io.facever.Threshold;
import io.facever.Verification;
import io.facever.image.FaceDrawing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code facever verify}. */
@Command(
        name = "verify",
        description = "Tells whether two photos show the same person.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:the same person",
            "1:different people",
            "2:wrong usage",
            "3:inconclusive: no usable face in one of the photos, or not a live or clear one where that is required",
            "4:an image can't be read",
            "5:models or engine not available",
            "6:the drawing can't be written"
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "A photo.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "Another.")
    private Path second;

    @ArgGroup
    private Limit limit = new Limit();

    @Mixin
    private EmbeddingOptions embedding;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--liveness", description = "Also tell how alive both faces look, from the photos alone.")
    private boolean liveness;

    @Option(
            names = "--require-live",
            description = "The same, and decide nothing when a face looks more like a picture than like a person.")
    private boolean requireLive;

    @Option(
            names = "--quality",
            paramLabel = "GATE",
            description = "Decide nothing when a face is hard to recognise: ${COMPLETION-CANDIDATES}; default"
                    + " ${DEFAULT-VALUE}. The measures are in the result.",
            defaultValue = "off")
    private QualityGate quality = QualityGate.OFF;

    @Option(names = "--json", description = "Write one JSON document.")
    private boolean json;

    @Option(names = "--draw", paramLabel = "OUT.png", description = "Write both photos with box, landmarks and result.")
    private Optional<Path> drawing = Optional.empty();

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    VerifyCommand() {}

    /** A threshold by value or by error rate. */
    static final class Limit {
        @Option(
                names = "--threshold",
                paramLabel = "T",
                required = true,
                description = "Least similarity of a match, a cosine in [-1, 1]; the model's own if not set.")
        private Optional<Double> threshold = Optional.empty();

        @Option(
                names = "--fmr",
                paramLabel = "RATE",
                required = true,
                description = "The threshold at which this share of pairs of different people matched in the model's"
                        + " calibration, as in 0.001.")
        private Optional<Double> fmr = Optional.empty();

        Optional<Threshold> wish() {
            return threshold.map(Threshold::of).or(() -> fmr.map(Threshold::atFmr));
        }
    }

    /** The gates by their name in the api. */
    enum QualityGate {
        STANDARD,
        STRICT,
        OFF;

        Face.Quality.Gate gate() {
            return switch (this) {
                case STANDARD -> Face.Quality.standard();
                case STRICT -> Face.Quality.strict();
                case OFF -> Face.Quality.off();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        FaceVerifier.Builder builder = embedding.apply(FaceVerifier.builder()).quality(quality.gate());
        try {
            limit.wish().ifPresent(builder::threshold);
            if (requireLive) {
                builder.liveness(Liveness.passive().blocking());
            } else if (liveness) {
                builder.liveness(Liveness.passive());
            }
            try (FaceVerifier verifier = engine.build(builder)) {
                return verify(verifier);
            }
        } catch (IllegalArgumentException e) {
            // what remains to be wrong here is a threshold that can't be, or an error rate without a calibration
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private int verify(FaceVerifier verifier) {
        Verification result = verifier.verify(first, second);
        PrintWriter out = FaceverCommand.out(spec);
        // the drawing first: when it fails, nothing else was said
        drawing.ifPresent(file -> FaceDrawing.write(
                FaceDrawing.verification(verifier.decode(first), verifier.decode(second), result), file));
        if (json) {
            Json.print(out, document -> write(document, result, verifier.providers()));
        } else {
            tell(out, result, verifier.providers());
            drawing.ifPresent(file -> out.println("  drawn in    " + file));
        }
        out.flush();
        return switch (result.outcome()) {
            case MATCH -> ExitStatus.MATCH;
            case NO_MATCH -> ExitStatus.NO_MATCH;
            case INCONCLUSIVE -> ExitStatus.INCONCLUSIVE;
        };
    }

    private void tell(PrintWriter out, Verification result, Map<String, String> providers) {
        out.println(
                switch (result.outcome()) {
                    case MATCH -> "MATCH: the two photos show the same person.";
                    case NO_MATCH -> "NO MATCH: the two photos show different people.";
                    case INCONCLUSIVE -> "INCONCLUSIVE: no decision was made.";
                });
        for (Reason reason : result.reasons()) {
            out.println("  " + reason.message());
        }
        if (result.reasons().isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "  similarity  %.3f, %s the threshold of %.3f%n",
                    result.similarity(),
                    result.isMatch() ? "not below" : "below",
                    result.threshold().value());
        }
        out.println("  threshold   " + result.threshold().origin());
        out.println("  first       " + first + ": " + faces(result.first()));
        out.println("  second      " + second + ": " + faces(result.second()));
        tellQuality(out, first, result.first());
        tellQuality(out, second, result.second());
        tellLiveness(out, first, result.first());
        tellLiveness(out, second, result.second());
        out.println("  model       " + result.space().model());
        out.println("  ran on      " + ranOn(providers));
        out.printf(
                Locale.ROOT, "  took        %.0f ms%n", millis(result.timings().total()));
    }

    private static void tellQuality(PrintWriter out, Path photo, Verification.Subject subject) {
        subject.quality()
                .ifPresent(measured -> out.printf(
                        Locale.ROOT,
                        "  quality     %s: %.0f of 100%s%n",
                        photo,
                        measured.score(),
                        measured.failed().isEmpty()
                                ? ""
                                : ", beyond the limit of "
                                        + measured.failed().stream()
                                                .map(VerifyCommand::inWords)
                                                .collect(Collectors.joining(", "))));
    }

    private static String inWords(Face.Quality.Measure measure) {
        return measure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void tellLiveness(PrintWriter out, Path photo, Verification.Subject subject) {
        subject.liveness()
                .ifPresent(result -> out.println("  liveness    " + photo + ": " + LivenessCommand.inWords(result)));
    }

    /** One name where all networks ran on the same, else which ran where. */
    private static String ranOn(Map<String, String> providers) {
        Set<String> distinct = new LinkedHashSet<>(providers.values());
        return distinct.size() == 1 ? distinct.iterator().next() : EnginesCommand.networks(providers);
    }

    private String faces(Verification.Subject subject) {
        int count = subject.faces().size();
        String found = count == 0 ? "no face" : count == 1 ? "1 face" : count + " faces";
        return subject.face()
                .map(face -> {
                    String size = String.format(
                            Locale.ROOT,
                            "%.0fx%.0f pixels",
                            face.box().width(),
                            face.box().height());
                    return count == 1
                            ? found + ", " + size
                            : found + ", compared was the " + which(embedding.selection()) + " (" + size + ")";
                })
                .orElse(found);
    }

    private static String which(FaceSelection selection) {
        return switch (selection) {
            case LARGEST -> "largest";
            case MOST_CENTRAL -> "most central";
            case HIGHEST_SCORE -> "clearest";
            case SINGLE -> "only one";
            case ALL_PAIRS -> "most similar";
        };
    }

    private void write(JsonGenerator document, Verification result, Map<String, String> providers) throws IOException {
        document.writeStartObject();
        document.writeStringField("outcome", result.outcome().name());
        document.writeBooleanField("match", result.isMatch());
        document.writeFieldName("similarity");
        if (Double.isNaN(result.similarity())) {
            document.writeNull();
        } else {
            document.writeNumber(result.similarity());
        }
        document.writeNumberField("threshold", result.threshold().value());
        document.writeStringField("model", result.space().model());
        document.writeObjectFieldStart("ranOn");
        for (Map.Entry<String, String> network : providers.entrySet()) {
            document.writeStringField(network.getKey(), network.getValue());
        }
        document.writeEndObject();
        document.writeArrayFieldStart("reasons");
        for (Reason reason : result.reasons()) {
            document.writeString(reason.name());
        }
        document.writeEndArray();
        subject(document, "first", first, result.first());
        subject(document, "second", second, result.second());
        timings(document, result.timings());
        document.writeEndObject();
    }

    private static void subject(JsonGenerator document, String name, Path image, Verification.Subject subject)
            throws IOException {
        document.writeObjectFieldStart(name);
        document.writeStringField("image", image.toString());
        document.writeNumberField("faces", subject.faces().size());
        document.writeFieldName("face");
        if (subject.face().isPresent()) {
            Json.face(document, subject.face().get());
        } else {
            document.writeNull();
        }
        if (subject.quality().isPresent()) {
            quality(document, subject.quality().get());
        }
        if (subject.liveness().isPresent()) {
            document.writeFieldName("liveness");
            LivenessCommand.write(document, subject.liveness().get());
        }
        document.writeEndObject();
    }

    private static void quality(JsonGenerator document, Face.Quality measured) throws IOException {
        document.writeObjectFieldStart("quality");
        document.writeNumberField("score", measured.score());
        document.writeArrayFieldStart("failed");
        for (Face.Quality.Measure measure : measured.failed()) {
            document.writeString(measure.name());
        }
        document.writeEndArray();
        document.writeObjectFieldStart("measures");
        for (Map.Entry<Face.Quality.Measure, Double> value : measured.values().entrySet()) {
            document.writeNumberField(value.getKey().name(), value.getValue());
        }
        document.writeEndObject();
        document.writeEndObject();
    }

    private static void timings(JsonGenerator document, Verification.Timings timings) throws IOException {
        document.writeObjectFieldStart("timings");
        document.writeNumberField("decodeMs", millis(timings.decode()));
        document.writeNumberField("detectMs", millis(timings.detect()));
        document.writeNumberField("alignMs", millis(timings.align()));
        document.writeNumberField("embedMs", millis(timings.embed()));
        document.writeNumberField("totalMs", millis(timings.total()));
        document.writeEndObject();
    }

    private static double millis(Duration duration) {
        // microseconds are more than a clock can promise here
        return Math.floorDiv(duration.toNanos(), 1000) / 1000.0;
    }
}
