package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Device;
import io.facever.Embedding;
import io.facever.EngineException;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.spi.InferenceEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.commons.statistics.descriptive.Quantile;

/** Table VI: how long each part takes, one call after the other, on every device that is there. */
final class LatencyStudy {
    /** Fewer calls give no 99th percentile worth the name. */
    static final int LEAST_CALLS = 500;

    private static final int WARM_UP = 60;
    /** As {@link io.facever.FaceVerifier} reads it. */
    private static final String ENGINE_PROPERTY = "facever.engine";

    private static final Quantile QUANTILE = Quantile.withDefaults();

    private LatencyStudy() {}

    /** A part that is timed. */
    @FunctionalInterface
    interface Part {
        void call(int round);
    }

    static Section run(Pipeline.Settings settings, List<Path> files, int calls, Progress.Factory progress) {
        ObjectNode json = Json.object();
        json.put("processor", processor());
        json.put("cores", Runtime.getRuntime().availableProcessors());
        json.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
        json.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        String engine = engine(settings);
        json.put("engine", engine);
        json.put("calls", calls);
        Section section = new Section("latency", "Latency (Table VI)", json);
        section.note(String.format(
                Locale.ROOT,
                "%s, %d cores; %s; %s; %s. %d calls of each part after %d to warm up, one after the other, over %d"
                        + " images. Milliseconds of wall time; other work on the machine makes them longer.",
                processor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                "JDK " + Runtime.version(),
                engine,
                calls,
                WARM_UP,
                files.size()));
        ObjectNode devices = json.putObject("devices");
        for (Device device : List.of(Device.cpu(), Device.gpu())) {
            try (Pipeline pipeline = Pipeline.open(settings.with(device, 0))) {
                List<String[]> rows =
                        measure(pipeline.verifier(), files, calls, devices.putObject(device.toString()), progress);
                section.add(Section.table(
                        "latency-" + device.kind().toString().toLowerCase(Locale.ROOT),
                        "Table VI. Device " + device + ", model " + pipeline.model() + ", aligner "
                                + pipeline.alignerText() + ".",
                        List.of("part", "median", "p95", "p99", "mean"),
                        rows));
            } catch (EngineException e) {
                if (device.kind() == Device.Kind.CPU) {
                    throw e;
                }
                section.note("Device " + device + " is not there: " + e.getMessage());
            }
        }
        return section;
    }

    private static List<String[]> measure(
            FaceVerifier verifier, List<Path> files, int calls, ObjectNode json, Progress.Factory progress) {
        List<byte[]> encoded = files.stream().map(Templates::readFile).toList();
        List<Image> images = files.stream().map(verifier::decode).toList();
        List<Image> withFace = new ArrayList<>();
        List<Face> faces = new ArrayList<>();
        for (Image image : images) {
            Pipeline.subject(verifier.detect(image), image).ifPresent(face -> {
                withFace.add(image);
                faces.add(face);
            });
        }
        if (faces.isEmpty()) {
            throw new EvaluationException(
                    "evaluation-images", "no face was found in any of the images to be timed; give photos of faces");
        }
        int n = faces.size();
        List<FaceCrop> crops = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            crops.add(verifier.align(withFace.get(i), faces.get(i)));
        }
        List<Embedding> embeddings = verifier.embedAll(crops);
        List<String[]> rows = new ArrayList<>();
        rows.add(row("decode", json, calls, progress, k -> verifier.decode(encoded.get(k % encoded.size()))));
        rows.add(row("detect", json, calls, progress, k -> verifier.detect(images.get(k % images.size()))));
        rows.add(row("align", json, calls, progress, k -> verifier.align(withFace.get(k % n), faces.get(k % n))));
        rows.add(row("embed", json, calls, progress, k -> verifier.embedAll(List.of(crops.get(k % n)))));
        rows.add(row(
                "compare",
                json,
                calls,
                progress,
                k -> verifier.compare(embeddings.get(k % n), embeddings.get((k + 1) % n))));
        rows.add(row(
                "one image, file to embedding",
                json,
                calls,
                progress,
                k -> verifier.embed(verifier.decode(encoded.get(k % encoded.size())))));
        return rows;
    }

    private static String[] row(String name, ObjectNode json, int calls, Progress.Factory progress, Part part) {
        double[] millis = new double[calls];
        try (Progress bar = progress.start("latency: " + name, calls)) {
            for (int k = 0; k < WARM_UP; k++) {
                part.call(k);
            }
            for (int k = 0; k < calls; k++) {
                long start = System.nanoTime();
                part.call(k);
                millis[k] = (System.nanoTime() - start) / 1e6;
                bar.step();
            }
        }
        double mean = 0;
        for (double one : millis) {
            mean += one / calls;
        }
        double[] quantiles = QUANTILE.evaluate(millis, 0.5, 0.95, 0.99);
        ObjectNode one = json.putObject(name);
        one.put("medianMs", quantiles[0]);
        one.put("p95Ms", quantiles[1]);
        one.put("p99Ms", quantiles[2]);
        one.put("meanMs", mean);
        return new String[] {name, ms(quantiles[0]), ms(quantiles[1]), ms(quantiles[2]), ms(mean)};
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** Name and version of the engine that is used: the one asked for, else the one of the highest rank. */
    private static String engine(Pipeline.Settings settings) {
        Optional<String> wanted = settings.engine().or(() -> Optional.ofNullable(System.getProperty(ENGINE_PROPERTY)));
        return ServiceLoader.load(InferenceEngine.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(engine -> wanted.map(engine.name()::equals).orElse(true))
                .max(Comparator.comparingInt(InferenceEngine::rank))
                .map(engine -> engine.name() + " (" + engine.version() + ")")
                .orElse("none");
    }

    /** The processor's name where the system tells it, else its architecture. */
    private static String processor() {
        Path info = Path.of("/proc/cpuinfo");
        try {
            if (Files.isReadable(info)) {
                return Files.readAllLines(info, StandardCharsets.UTF_8).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(System.getProperty("os.arch"));
            }
        } catch (IOException e) {
            return System.getProperty("os.arch") + " (the processor's name can't be read)";
        }
        return System.getProperty("os.arch");
    }
}
