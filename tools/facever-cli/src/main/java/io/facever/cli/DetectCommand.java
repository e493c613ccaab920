package io.facever.cli;

import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.image.FaceDrawing;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code facever detect}. */
@Command(
        name = "detect",
        description = "Finds the faces in photos, with five landmarks each.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:done, whatever was found",
            "2:wrong usage",
            "4:an image can't be read; the others are in the result",
            "5:models or engine not available",
            "6:the drawing can't be written"
        })
final class DetectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Photos.")
    private List<Path> files;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--json", description = "Write one JSON document.")
    private boolean json;

    @Option(
            names = "--draw",
            paramLabel = "OUT.png",
            description = "Write the photo with boxes and landmarks; with several photos OUT-1.png, OUT-2.png, ...")
    private Optional<Path> drawing = Optional.empty();

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    DetectCommand() {}

    /** A photo that was read. The pixels are kept only for the drawing, which is made at once. */
    private record Detection(Path file, int width, int height, List<Face> faces) {}

    @Override
    public Integer call() {
        FaceVerifier.Builder builder =
                FaceVerifier.builder().embedder(new NoEmbedder()).aligner(new NoAligner());
        try (FaceVerifier verifier = engine.build(builder)) {
            PrintWriter out = FaceverCommand.out(spec);
            Photos photos = new Photos(verifier, spec.commandLine().getErr());
            List<Detection> found = new ArrayList<>();
            for (int i = 0; i < files.size(); i++) {
                Optional<Image> image = photos.read(files.get(i));
                if (image.isPresent()) {
                    Detection detection = detect(verifier, i, image.get());
                    found.add(detection);
                    if (!json) {
                        tell(out, detection);
                    }
                }
            }
            if (json) {
                print(out, found);
            }
            return photos.failed() ? ExitStatus.IMAGE : ExitStatus.OK;
        }
    }

    private Detection detect(FaceVerifier verifier, int index, Image image) {
        List<Face> faces = verifier.detect(image);
        drawing.ifPresent(file ->
                FaceDrawing.write(FaceDrawing.faces(image, faces), Drawings.numbered(file, index + 1, files.size())));
        return new Detection(files.get(index), image.width(), image.height(), faces);
    }

    private static void tell(PrintWriter out, Detection detection) {
        int count = detection.faces().size();
        out.printf(
                "%s: %s in %d x %d pixels%n",
                detection.file(),
                count == 0 ? "no face" : count == 1 ? "1 face" : count + " faces",
                detection.width(),
                detection.height());
        for (Face face : detection.faces()) {
            out.printf(
                    Locale.ROOT,
                    "  x %.0f to %.0f, y %.0f to %.0f, score %.3f%n",
                    face.box().x1(),
                    face.box().x2(),
                    face.box().y1(),
                    face.box().y2(),
                    face.score());
        }
        out.flush();
    }

    private static void print(PrintWriter out, List<Detection> found) {
        Json.print(out, document -> {
            document.writeStartArray();
            for (Detection detection : found) {
                document.writeStartObject();
                document.writeStringField("image", detection.file().toString());
                document.writeNumberField("width", detection.width());
                document.writeNumberField("height", detection.height());
                document.writeArrayFieldStart("faces");
                for (Face face : detection.faces()) {
                    Json.face(document, face);
                }
                document.writeEndArray();
                document.writeEndObject();
            }
            document.writeEndArray();
        });
    }
}
