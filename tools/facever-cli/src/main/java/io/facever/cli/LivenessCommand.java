package io.facever.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Liveness;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code facever liveness}. */
@Command(
        name = "liveness",
        description = "Tells whether the largest face of each photo looks alive, or like a picture of a face.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:every photo has a face that looks alive",
            "1:a face looks like a picture",
            "2:wrong usage",
            "3:a photo has no face; the others are in the result",
            "4:an image can't be read; the others are in the result",
            "5:models or engine not available"
        },
        footer = "The networks were trained on webcam frames: a genuine press photo may look like a picture to them.")
final class LivenessCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Photos.")
    private List<Path> files;

    @Option(
            names = "--threshold",
            paramLabel = "T",
            description = "Least score that is taken for alive, in [0, 1]; default ${DEFAULT-VALUE}.")
    private double threshold = Liveness.Gate.DEFAULT_THRESHOLD;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--json", description = "Write one JSON document.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    LivenessCommand() {}

    private record Judged(Path file, Optional<Liveness.Result> result) {}

    @Override
    public Integer call() {
        FaceVerifier.Builder builder =
                FaceVerifier.builder().embedder(new NoEmbedder()).aligner(new NoAligner());
        try {
            builder.liveness(Liveness.passive().threshold(threshold));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        try (FaceVerifier verifier = engine.build(builder)) {
            PrintWriter out = FaceverCommand.out(spec);
            Photos photos = new Photos(verifier, spec.commandLine().getErr());
            List<Judged> judged = new ArrayList<>();
            for (Path file : files) {
                Optional<Image> image = photos.read(file);
                if (image.isPresent()) {
                    Judged one = new Judged(file, judge(verifier, image.get()));
                    judged.add(one);
                    if (!json) {
                        out.println(file + ": "
                                + one.result().map(LivenessCommand::inWords).orElse("no face"));
                        out.flush();
                    }
                }
            }
            if (json) {
                print(out, judged);
            }
            return photos.failed() ? ExitStatus.IMAGE : status(judged);
        }
    }

    private static Optional<Liveness.Result> judge(FaceVerifier verifier, Image image) {
        List<Face> largest = FaceSelection.LARGEST.select(verifier.detect(image), image.width(), image.height());
        return largest.stream().findFirst().map(face -> verifier.liveness(image, face));
    }

    private static int status(List<Judged> judged) {
        if (judged.stream().anyMatch(one -> one.result().isEmpty())) {
            return ExitStatus.INCONCLUSIVE;
        }
        return judged.stream().allMatch(one -> one.result().orElseThrow().isLive())
                ? ExitStatus.MATCH
                : ExitStatus.NO_MATCH;
    }

    static String inWords(Liveness.Result result) {
        return String.format(
                Locale.ROOT,
                "%s (score %.3f, %s the threshold of %.2f)",
                result.isLive() ? "looks alive" : "may be a picture of a face",
                result.score(),
                result.isLive() ? "not below" : "below",
                result.threshold());
    }

    private static void print(PrintWriter out, List<Judged> judged) {
        Json.print(out, document -> {
            document.writeStartArray();
            for (Judged one : judged) {
                document.writeStartObject();
                document.writeStringField("image", one.file().toString());
                document.writeFieldName("liveness");
                if (one.result().isPresent()) {
                    write(document, one.result().get());
                } else {
                    document.writeNull();
                }
                document.writeEndObject();
            }
            document.writeEndArray();
        });
    }

    /** {@code {"score":…,"threshold":…,"live":…}}. */
    static void write(JsonGenerator document, Liveness.Result result) throws IOException {
        document.writeStartObject();
        document.writeNumberField("score", result.score());
        document.writeNumberField("threshold", result.threshold());
        document.writeBooleanField("live", result.isLive());
        document.writeEndObject();
    }
}
