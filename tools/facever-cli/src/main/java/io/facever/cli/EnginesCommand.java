package io.facever.cli;

import io.facever.Device;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.FaceverException;
import io.facever.Image;
import io.facever.Point;
import io.facever.models.ModelStore;
import io.facever.spi.InferenceEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code facever engines}. */
@Command(
        name = "engines",
        description = "Shows the inference engines that are there, or compares what they find in a photo.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:done",
            "4:the photo can't be read",
            "5:models are not available, or with --compare no engine could be used"
        })
final class EnginesCommand implements Callable<Integer> {
    private static final int WARM_UP = 2;
    private static final int MEASURED = 5;
    private static final double MILLI = 1e6;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--compare",
            paramLabel = "IMAGE",
            description = "Detect and embed the faces of this photo on each engine; print the largest difference to the"
                    + " best-ranked engine, and the time of each.")
    private Optional<Path> image = Optional.empty();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            converter = EngineOptions.DeviceConverter.class,
            description = "With --compare: cpu, gpu, gpu:N or auto; default ${DEFAULT-VALUE}.")
    private Device device = Device.cpu();

    @SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
    EnginesCommand() {}

    @Override
    public Integer call() {
        return image.map(this::compare).orElseGet(this::list);
    }

    private int list() {
        PrintWriter out = FaceverCommand.out(spec);
        out.printf("%-16s %4s  %-42s %s%n", "engine", "rank", "version", "providers");
        for (InferenceEngine engine : engines(broken -> out.println("a provider can't be used: " + broken))) {
            Optional<String> reason = engine.unusable();
            out.printf(
                    "%-16s %4d  %-42s %s%n",
                    engine.name(),
                    engine.rank(),
                    engine.version(),
                    reason.map(text -> "NOT USABLE: " + text).orElseGet(() -> String.join(", ", engine.providers())));
        }
        out.flush();
        return ExitStatus.OK;
    }

    /**
     * All engines, the lowest rank first: DJL's ONNX Runtime engine has to start before the engine onnx, since it
     * insists on making the environment that both share.
     */
    private static List<InferenceEngine> engines(java.util.function.Consumer<String> broken) {
        List<InferenceEngine> found = new ArrayList<>();
        for (ServiceLoader.Provider<InferenceEngine> provider :
                ServiceLoader.load(InferenceEngine.class).stream().toList()) {
            try {
                found.add(provider.get());
            } catch (ServiceConfigurationError | LinkageError e) {
                broken.accept(e.toString());
            }
        }
        found.sort(Comparator.comparingInt(InferenceEngine::rank));
        return found;
    }

    /** What an engine found, and how long it took. */
    private record Result(
            String engine,
            Map<String, String> providers,
            List<Face> faces,
            List<Embedding> embeddings,
            double detect,
            double embed) {
        String ranOn() {
            return providers.values().stream().distinct().collect(Collectors.joining("+"));
        }
    }

    private int compare(Path file) {
        PrintWriter err = spec.commandLine().getErr();
        List<Result> results = new ArrayList<>();
        for (InferenceEngine engine : engines(err::println)) {
            Optional<String> reason = engine.unusable();
            if (reason.isPresent()) {
                err.println(engine.name() + " is not usable: " + reason.get());
            } else {
                run(engine, file).ifPresent(results::add);
            }
            err.flush();
        }
        if (results.isEmpty()) {
            return ExitStatus.UNAVAILABLE;
        }
        Result reference = results.get(results.size() - 1);
        PrintWriter out = FaceverCommand.out(spec);
        out.printf(
                "%-16s %-12s %5s  %11s  %11s  %14s  %14s%n",
                "engine", "ran on", "faces", "detect, ms", "embed, ms", "off by, pixels", "off by, number");
        for (Result result : results) {
            boolean sameFaces = result.faces().size() == reference.faces().size();
            out.printf(
                    Locale.ROOT,
                    "%-16s %-12s %5d  %11.1f  %11.1f  %14s  %14s%n",
                    result.engine(),
                    result.ranOn(),
                    result.faces().size(),
                    result.detect(),
                    result.embed(),
                    sameFaces ? number(largestShift(result.faces(), reference.faces())) : "other faces",
                    sameFaces ? number(largestChange(result.embeddings(), reference.embeddings())) : "other faces");
        }
        out.printf(
                Locale.ROOT,
                "largest differences to %s: of a corner or landmark, and of a number of an embedding%n",
                reference.engine());
        for (Result result : results) {
            out.println(result.engine() + " ran " + networks(result.providers()));
        }
        out.flush();
        return ExitStatus.OK;
    }

    /** Which network ran where. */
    static String networks(Map<String, String> providers) {
        return providers.entrySet().stream()
                .map(network -> network.getKey() + " on " + network.getValue())
                .collect(Collectors.joining(", "));
    }

    private Optional<Result> run(InferenceEngine engine, Path file) {
        try (PreparationProgress progress =
                        PreparationProgress.on(spec.commandLine().getErr());
                FaceVerifier verifier = FaceVerifier.builder()
                        .engine(engine)
                        .device(device)
                        .models(ModelStore.builder().progress(progress).build())
                        .build()) {
            Image photo = verifier.decode(file);
            List<Face> faces = List.of();
            List<Embedding> embeddings = List.of();
            double detect = Double.POSITIVE_INFINITY;
            double embed = Double.POSITIVE_INFINITY;
            for (int i = 0; i < WARM_UP + MEASURED; i++) {
                long start = System.nanoTime();
                faces = verifier.detect(photo);
                long detected = System.nanoTime();
                embeddings = verifier.embed(photo, faces);
                long embedded = System.nanoTime();
                if (i >= WARM_UP) {
                    detect = Math.min(detect, (detected - start) / MILLI);
                    embed = Math.min(embed, (embedded - detected) / MILLI);
                }
            }
            return Optional.of(new Result(engine.name(), verifier.providers(), faces, embeddings, detect, embed));
        } catch (io.facever.EngineException e) {
            // one engine that can't take the device does not keep the others from being compared
            Errors.line(spec.commandLine().getErr(), (FaceverException) e);
            return Optional.empty();
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2e", value);
    }

    private static double largestShift(List<Face> faces, List<Face> others) {
        double largest = 0;
        for (int i = 0; i < faces.size(); i++) {
            List<Point> points = points(faces.get(i));
            List<Point> otherPoints = points(others.get(i));
            for (int j = 0; j < points.size(); j++) {
                largest = Math.max(largest, points.get(j).distanceTo(otherPoints.get(j)));
            }
        }
        return largest;
    }

    private static List<Point> points(Face face) {
        Stream<Point> corners = Stream.of(
                new Point(face.box().x1(), face.box().y1()),
                new Point(face.box().x2(), face.box().y2()));
        return Stream.concat(corners, face.landmarks().points().stream()).toList();
    }

    private static double largestChange(List<Embedding> embeddings, List<Embedding> others) {
        double largest = 0;
        for (int i = 0; i < embeddings.size(); i++) {
            float[] numbers = embeddings.get(i).toArray();
            float[] otherNumbers = others.get(i).toArray();
            for (int j = 0; j < numbers.length; j++) {
                largest = Math.max(largest, Math.abs(numbers[j] - otherNumbers[j]));
            }
        }
        return largest;
    }
}
