package io.facever.cli;

import io.facever.Embedding;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.eval.Progress;
import java.io.PrintWriter;
import java.nio.file.Files;
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

/** {@code facever embed}. */
@Command(
        name = "embed",
        description = "Turns the face in each photo into a vector. Vectors are biometric data: keep them safe.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:done",
            "2:wrong usage",
            "3:no usable face in one of the photos; its embedding is null in the result",
            "4:an image can't be read; the others are in the result",
            "5:models or engine not available"
        })
final class EmbedCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "IMAGE", description = "Photos.")
    private List<Path> files = List.of();

    @Option(
            names = "--batch",
            paramLabel = "DIR",
            description = "Embed all photos in a folder and the folders in it, several at once, into the file of --out."
                    + " A run that was broken off goes on where it was.")
    private Optional<Path> folder = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where --batch writes to: FILE.parquet, FILE.csv, or FILE.npy with the names in FILE.npy.txt."
                    + " Photos without a usable face have no row.")
    private Optional<Path> out = Optional.empty();

    @Mixin
    private EmbeddingOptions embedding;

    @Mixin
    private EngineOptions engine;

    @Option(names = "--json", description = "Write one JSON document.")
    private boolean json;

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    EmbedCommand() {}

    /** A photo that was read; without an embedding when it has no usable face. */
    private record Embedded(Path file, Optional<Embedding> embedding) {}

    @Override
    public Integer call() {
        if (embedding.selection() == FaceSelection.ALL_PAIRS) {
            throw new ParameterException(
                    spec.commandLine(), "embed takes one face of each photo: --faces all is for verify");
        }
        if (folder.isPresent() == !files.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "give either photos or --batch with a folder of photos");
        }
        if (folder.isPresent() != out.isPresent() || (folder.isPresent() && json)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--batch needs --out FILE, --out needs --batch DIR, and --json goes with neither");
        }
        if (folder.isPresent()) {
            return embedFolder(folder.get(), out.get());
        }
        try (FaceVerifier verifier = engine.build(embedding.apply(FaceVerifier.builder()))) {
            PrintWriter lines = FaceverCommand.out(spec);
            PrintWriter err = spec.commandLine().getErr();
            Photos photos = new Photos(verifier, err);
            List<Embedded> results = new ArrayList<>();
            for (Path file : files) {
                photos.read(file).ifPresent(image -> results.add(new Embedded(file, verifier.embed(image))));
            }
            boolean faceless = false;
            for (Embedded result : results) {
                if (result.embedding().isEmpty()) {
                    faceless = true;
                    err.println("facever: no usable face in " + result.file()
                            + "; give a clearer image of one person's face [docs/errors.md#no-usable-face]");
                    err.flush();
                }
            }
            print(lines, results, verifier.model().id(), verifier.space().dimension());
            return photos.failed() ? ExitStatus.IMAGE : faceless ? ExitStatus.INCONCLUSIVE : ExitStatus.OK;
        }
    }

    private int embedFolder(Path from, Path to) {
        if (!Files.isDirectory(from)) {
            throw new ParameterException(spec.commandLine(), "--batch takes a folder, found " + from);
        }
        EmbeddingFile format = EmbeddingFile.of(to)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "the name of --out ends in one of " + EmbeddingFile.endings() + ", found " + to));
        try (FaceVerifier verifier = engine.build(embedding.apply(FaceVerifier.builder()))) {
            return new FolderEmbedding(
                            verifier,
                            from,
                            to,
                            format,
                            embedding.selection().name(),
                            spec.commandLine().getErr())
                    .run(Progress.console(System.err));
        }
    }

    private void print(PrintWriter out, List<Embedded> results, String model, int dimension) {
        if (json) {
            Json.print(out, document -> {
                document.writeStartArray();
                for (Embedded result : results) {
                    document.writeStartObject();
                    document.writeStringField("image", result.file().toString());
                    document.writeStringField("model", model);
                    document.writeNumberField("dimension", dimension);
                    document.writeFieldName("embedding");
                    if (result.embedding().isPresent()) {
                        document.writeStartArray();
                        for (float value : result.embedding().get().toArray()) {
                            document.writeNumber(value);
                        }
                        document.writeEndArray();
                    } else {
                        document.writeNull();
                    }
                    document.writeEndObject();
                }
                document.writeEndArray();
            });
            return;
        }
        for (Embedded result : results) {
            result.embedding().ifPresent(vector -> {
                out.println(result.file() + ": " + model + ", " + dimension + " numbers");
                StringBuilder line = new StringBuilder(" ");
                for (float value : vector.toArray()) {
                    line.append(String.format(Locale.ROOT, " %.6f", value));
                }
                out.println(line);
            });
        }
        out.flush();
    }
}
