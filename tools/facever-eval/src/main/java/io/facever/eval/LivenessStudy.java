package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Liveness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Attack detection on labelled images. */
final class LivenessStudy {
    static final String BONA_FIDE = "bona-fide";

    private static final String ANCHOR = "labels-file";
    private static final String NOT_MEASURED = "not measured";

    private LivenessStudy() {}

    /** An image and what it shows. */
    record Labelled(Path file, String kind) {}

    /**
     * Reads lines {@code path,bona-fide} or {@code path,attack-type}.
     *
     * @param images what the paths are relative to
     * @throws EvaluationException when the file can't be read, a line is malformed or an image is missing
     */
    static List<Labelled> read(Path labels, Path images) {
        List<String> lines;
        try {
            lines = Files.readAllLines(labels, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new EvaluationException(
                    ANCHOR, "the labels file " + labels + " can't be read: " + e + "; give a text file in UTF-8", e);
        }
        List<Labelled> labelled = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty()) {
                continue;
            }
            int comma = line.lastIndexOf(',');
            if (comma < 1 || comma == line.length() - 1) {
                throw new EvaluationException(
                        ANCHOR,
                        labels + " line " + (i + 1) + ": found '" + line + "', expected a path and '" + BONA_FIDE
                                + "' or a kind of attack, with a comma in between");
            }
            Path file = images.resolve(line.substring(0, comma).strip());
            if (!Files.isRegularFile(file)) {
                throw new EvaluationException(
                        ANCHOR,
                        labels + " line " + (i + 1) + ": found no image " + file
                                + ", expected paths relative to --images");
            }
            labelled.add(new Labelled(file, line.substring(comma + 1).strip()));
        }
        if (labelled.isEmpty()) {
            throw new EvaluationException(
                    ANCHOR, labels + ": found no line, expected path,kind on each; add the images to measure");
        }
        return labelled;
    }

    /** Scores the images and tells the rates. */
    static Section run(FaceVerifier verifier, List<Labelled> labelled, int cores, Progress.Factory progress) {
        List<OptionalDouble> scores;
        try (Workers workers = new Workers(cores);
                Progress bar = progress.start("liveness", labelled.size())) {
            scores = workers.map(labelled, bar, one -> score(verifier, one.file()));
        }
        Map<String, List<Double>> byKind = new LinkedHashMap<>();
        Map<String, Integer> faceless = new LinkedHashMap<>();
        for (int i = 0; i < labelled.size(); i++) {
            String kind = labelled.get(i).kind();
            List<Double> here = byKind.computeIfAbsent(kind, one -> new ArrayList<>());
            OptionalDouble score = scores.get(i);
            score.ifPresentOrElse(here::add, () -> faceless.merge(kind, 1, Integer::sum));
        }
        double[] bonaFide = numbers(byKind.getOrDefault(BONA_FIDE, List.of()));
        Map<String, double[]> attacks = new LinkedHashMap<>();
        byKind.forEach((kind, here) -> {
            if (!kind.equals(BONA_FIDE)) {
                attacks.put(kind, numbers(here));
            }
        });
        return section(new PresentationAttacks(bonaFide, attacks), faceless);
    }

    private static double[] numbers(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static OptionalDouble score(FaceVerifier verifier, Path file) {
        Image image = verifier.decode(file);
        Optional<Face> largest =
                FaceSelection.LARGEST.select(verifier.detect(image), image.width(), image.height()).stream()
                        .findFirst();
        return largest.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(verifier.liveness(image, largest.get()).score());
    }

    static Section section(PresentationAttacks scores, Map<String, Integer> faceless) {
        ObjectNode json = Json.object();
        Section section = new Section("liveness", "Attack detection (ISO/IEC 30107-3)", json);
        section.note("Score at or above the threshold: taken for alive. APCER: attacks taken for alive, each kind by"
                + " itself. BPCER: living people taken for an attack. ACER: mean of BPCER and the worst APCER. Images"
                + " without a face take no part, and are counted. Intervals: Clopper–Pearson, 95 %, images taken for"
                + " independent. A rate over fewer than " + PresentationAttacks.LEAST
                + " images, or a threshold for a rate below 3 in the number of images, is not measured.");
        List<String[]> counts = new ArrayList<>();
        scores.counts().forEach((kind, count) -> {
            counts.add(new String[] {kind, Integer.toString(count), Integer.toString(faceless.getOrDefault(kind, 0))});
            json.putObject(kind).put("images", count).put("withoutFace", faceless.getOrDefault(kind, 0));
        });
        section.add(Section.table("liveness-images", "Images.", List.of("kind", "with a face", "without"), counts));
        Map<String, Optional<Double>> thresholds = new LinkedHashMap<>();
        thresholds.put("default", Optional.of(Liveness.Gate.DEFAULT_THRESHOLD));
        thresholds.put("BPCER 1 %", scores.thresholdAtBpcer(0.01));
        thresholds.put("BPCER 5 %", scores.thresholdAtBpcer(0.05));
        List<String[]> rows = new ArrayList<>();
        thresholds.forEach((name, threshold) -> {
            if (threshold.isEmpty()) {
                rows.add(new String[] {name, NOT_MEASURED, "", "", ""});
                return;
            }
            double at = threshold.get();
            rows.add(new String[] {
                name, Section.four(at), BONA_FIDE, "BPCER", rate(json, name, BONA_FIDE, scores.bpcer(at))
            });
            scores.counts().keySet().stream()
                    .filter(kind -> !kind.equals(BONA_FIDE))
                    .forEach(kind -> rows.add(new String[] {
                        name, Section.four(at), kind, "APCER", rate(json, name, kind, scores.apcer(kind, at))
                    }));
            rows.add(new String[] {
                name,
                Section.four(at),
                "all",
                "ACER",
                scores.acer(at).map(Section::percent).orElse(NOT_MEASURED)
            });
        });
        section.add(Section.table(
                "liveness", "Error rates.", List.of("threshold", "value", "kind", "rate", "measured"), rows));
        return section;
    }

    private static String rate(ObjectNode json, String threshold, String kind, Optional<Proportion> rate) {
        Json.put(
                json.withObject("/" + kind.replace("~", "~0").replace("/", "~1")),
                threshold,
                rate.map(Proportion::rate).orElse(Double.NaN));
        return rate.map(one -> Section.percent(one.rate()) + " " + Section.percent(Optional.of(one.interval())))
                .orElse(NOT_MEASURED);
    }
}
