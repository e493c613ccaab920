package io.facever.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Box;
import io.facever.Face;
import io.facever.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What could help where the lower half of the face in the second image is covered: landmarks predicted from what is
 * visible, and both faces compared with the same part covered.
 */
final class CoverStudy {
    private static final double COVERED = 0.5;

    /** Landmarks count as implausible where one uncovered face in a hundred has some as odd. */
    private static final double IMPLAUSIBLE = 0.99;

    private static final double FMR = 0.01;

    private final Pipeline crop;
    private final Pipeline similarity;
    private final PairData data;
    private final Templates store;
    private final SubjectBootstrap bootstrap;
    private final List<PairsFile.Pair> pairs;
    private final ObjectNode json = Json.object();

    private CoverStudy(
            Pipeline crop,
            Pipeline similarity,
            PairData data,
            Templates store,
            SubjectBootstrap bootstrap,
            List<PairsFile.Pair> pairs) {
        this.crop = crop;
        this.similarity = similarity;
        this.data = data;
        this.store = store;
        this.bootstrap = bootstrap;
        this.pairs = pairs;
    }

    /**
     * Runs all of it.
     *
     * @param perFold how many pairs of each kind of each fold take part; the regression is fitted on the others
     */
    static Section run(
            Pipeline.Settings settings, PairData data, Templates store, SubjectBootstrap bootstrap, int perFold) {
        try (Pipeline crop = Pipeline.open(settings.with(AlignerChoice.parse("crop")));
                Pipeline similarity = Pipeline.open(settings.with(AlignerChoice.parse("similarity")))) {
            return new CoverStudy(crop, similarity, data, store, bootstrap, RobustnessStudy.choose(data, perFold))
                    .run();
        }
    }

    private Section run() {
        Degradation cover = Degradation.occlusion(COVERED);
        Section section = new Section("covered", "Covered faces: what could help", json);
        Set<Path> firsts = new HashSet<>();
        Set<Path> seconds = new HashSet<>();
        Set<String> people = new HashSet<>();
        for (PairsFile.Pair pair : pairs) {
            firsts.add(data.file(pair.first()));
            seconds.add(data.file(pair.second()));
            people.add(pair.first().person());
            people.add(pair.second().person());
        }
        List<Path> others = data.files().entrySet().stream()
                .filter(file -> !people.contains(file.getKey().person()))
                .map(Map.Entry::getValue)
                .toList();
        List<Face> training = store.embed("fit", crop, others, Optional.empty()).values().stream()
                .flatMap(template -> template.face().stream())
                .toList();
        if (training.size() < 100) {
            throw new EvaluationException(
                    "evaluation-images",
                    training.size() + " faces of people in no chosen pair are there to fit the landmarks on, expected"
                            + " at least 100; choose fewer pairs with --per-fold");
        }
        LandmarkRegression regression = LandmarkRegression.fit(training);
        double limit = quantile(training, regression);
        Map<Path, Template> plain = store.embed("images", crop, both(firsts, seconds), Optional.empty());
        Map<Path, Template> covered = store.embed(cover.title(), crop, seconds, Optional.of(cover));
        section.note("Model " + crop.model() + (crop.recovers() ? ", with recovery" : "") + ". " + pairs.size()
                + " pairs; the lower half of the face in the second image is covered in grey. The regression is fitted"
                + " on " + training.size() + " faces of people in none of these pairs. Landmarks are implausible from "
                + Section.four(limit) + " deviations: 1 % of these faces. So are those of "
                + share(covered, regression, limit) + " of the covered faces, and of "
                + share(plain, regression, limit) + " of the uncovered ones of the pairs.");
        section.add(coefficients(regression));
        section.add(errors(regression, plain, covered));

        List<String[]> rows = new ArrayList<>();
        Map<Path, float[]> plainCrop = vectors(plain);
        Map<Path, float[]> coveredCrop = vectors(covered);
        Map<Path, float[]> masked = embedMasked(firsts, plain, cover);
        row(rows, "crop", plainCrop, coveredCrop, Optional.empty());
        row(rows, "crop, first masked alike", masked, coveredCrop, Optional.empty());
        row(rows, "crop, mean of both similarities", plainCrop, coveredCrop, Optional.of(masked));

        Map<Path, float[]> aligned = vectors(store.embed("aligned", similarity, firsts, Optional.empty()));
        Map<Path, float[]> coveredAligned =
                vectors(store.embed("aligned, covered", similarity, seconds, Optional.of(cover)));
        row(rows, "similarity", aligned, coveredAligned, Optional.empty());
        row(
                rows,
                "similarity, all landmarks of covered faces predicted",
                aligned,
                embedCovered("predicted", seconds, plain, covered, cover, regression::replace),
                Optional.empty());
        row(
                rows,
                "similarity, implausible landmarks predicted",
                aligned,
                embedCovered(
                        "implausible",
                        seconds,
                        plain,
                        covered,
                        cover,
                        face -> regression.implausibility(face) > limit ? regression.replace(face) : face),
                Optional.empty());
        section.add(Section.table(
                "covered",
                "Pairs whose faces were both found.",
                List.of("way", "AUC", "EER", "TAR at FAR 1 % of the same pairs", "pairs without a face"),
                rows));
        return section;
    }

    private static List<Path> both(Collection<Path> firsts, Collection<Path> seconds) {
        Set<Path> all = new HashSet<>(firsts);
        all.addAll(seconds);
        return all.stream().sorted().toList();
    }

    private static double quantile(List<Face> faces, LandmarkRegression regression) {
        double[] sorted =
                faces.stream().mapToDouble(regression::implausibility).sorted().toArray();
        return sorted[(int) (IMPLAUSIBLE * (sorted.length - 1))];
    }

    private static String share(Map<Path, Template> templates, LandmarkRegression regression, double limit) {
        List<Face> faces =
                templates.values().stream().flatMap(one -> one.face().stream()).toList();
        Proportion share = new Proportion(
                faces.stream()
                        .filter(face -> regression.implausibility(face) > limit)
                        .count(),
                faces.size());
        return Section.percent(share.rate()) + " " + Section.percent(Optional.of(share.interval()));
    }

    private Section.Table coefficients(LandmarkRegression regression) {
        List<String> names =
                List.of("nose x", "nose y", "left corner x", "left corner y", "right corner x", "right corner y");
        List<String[]> rows = new ArrayList<>();
        ObjectNode fitted = json.putObject("coefficients");
        double[] deviations = regression.deviations();
        for (int k = 0; k < names.size(); k++) {
            List<String> cells = new ArrayList<>(List.of(names.get(k)));
            ArrayNode array = fitted.putArray(names.get(k));
            for (double value : regression.coefficients()[k]) {
                array.add(value);
                cells.add(Section.four(value));
            }
            cells.add(Section.four(deviations[k]));
            rows.add(cells.toArray(new String[0]));
        }
        return Section.table(
                "covered-regression",
                "Nose and mouth from eyes and box, in the frame of the eyes and in their distances; roll in radians.",
                List.of("point", "constant", "left edge", "right edge", "upper edge", "roll", "deviation"),
                rows);
    }

    /** How far nose and mouth of covered faces lie from where they were before the cover. */
    private Section.Table errors(
            LandmarkRegression regression, Map<Path, Template> plain, Map<Path, Template> covered) {
        List<double[]> found = new ArrayList<>();
        List<double[]> predicted = new ArrayList<>();
        covered.forEach((file, template) -> template.face().ifPresent(face -> {
            Face truth = plain.getOrDefault(file, Template.failed()).face().orElseThrow();
            found.add(distances(truth, face));
            predicted.add(distances(truth, regression.replace(face)));
        }));
        List<String[]> rows = new ArrayList<>();
        rows.add(medians("found by the detector", found));
        rows.add(medians("predicted", predicted));
        return Section.table(
                "covered-landmarks",
                "Distance to the landmark found before the cover, in distances of the eyes: median.",
                List.of("landmarks", "nose", "left corner", "right corner"),
                rows);
    }

    private static double[] distances(Face truth, Face face) {
        double[] distances = new double[3];
        for (int k = 0; k < distances.length; k++) {
            distances[k] = truth.landmarks()
                            .points()
                            .get(2 + k)
                            .distanceTo(face.landmarks().points().get(2 + k))
                    / truth.landmarks().eyeDistance();
        }
        return distances;
    }

    private static String[] medians(String title, List<double[]> all) {
        String[] cells = {title, "—", "—", "—"};
        for (int k = 0; k < 3; k++) {
            int column = k;
            double[] sorted =
                    all.stream().mapToDouble(one -> one[column]).sorted().toArray();
            if (sorted.length > 0) {
                cells[1 + k] = String.format(Locale.ROOT, "%.3f", sorted[sorted.length / 2]);
            }
        }
        return cells;
    }

    private static Map<Path, float[]> vectors(Map<Path, Template> templates) {
        Map<Path, float[]> vectors = new LinkedHashMap<>();
        templates.forEach((file, template) -> {
            if (template.acquired()) {
                vectors.put(file, template.vector());
            }
        });
        return vectors;
    }

    private record Job(Path file, Face face, Optional<Box> coverUp) {}

    private Map<Path, float[]> embedCovered(
            String task,
            Collection<Path> files,
            Map<Path, Template> plain,
            Map<Path, Template> covered,
            Degradation cover,
            UnaryOperator<Face> change) {
        List<Job> jobs = new ArrayList<>();
        for (Path file : files) {
            Template seen = covered.getOrDefault(file, Template.failed());
            seen.face()
                    .ifPresent(face -> jobs.add(new Job(
                            file,
                            change.apply(face),
                            plain.getOrDefault(file, Template.failed()).face().map(Face::box))));
        }
        return embed(similarity, task, jobs, cover);
    }

    private Map<Path, float[]> embedMasked(Collection<Path> files, Map<Path, Template> plain, Degradation cover) {
        List<Job> jobs = new ArrayList<>();
        for (Path file : files) {
            plain.getOrDefault(file, Template.failed())
                    .face()
                    .ifPresent(face -> jobs.add(new Job(file, face, Optional.of(face.box()))));
        }
        return embed(crop, "first masked", jobs, cover);
    }

    private Map<Path, float[]> embed(Pipeline pipeline, String task, List<Job> jobs, Degradation cover) {
        try (Workers workers = new Workers(store.cores());
                Progress bar = store.progress().start(task, jobs.size())) {
            List<float[]> vectors = workers.map(jobs, bar, job -> {
                byte[] bytes = Templates.readFile(job.file());
                Image image = pipeline.verifier().decode(bytes);
                return pipeline.embed(cover.apply(image, job.coverUp(), Hashing.sha256(bytes)), job.face())
                        .toArray();
            });
            Map<Path, float[]> result = new LinkedHashMap<>();
            for (int i = 0; i < jobs.size(); i++) {
                result.put(jobs.get(i).file(), vectors.get(i));
            }
            return result;
        }
    }

    private void row(
            List<String[]> rows,
            String title,
            Map<Path, float[]> firsts,
            Map<Path, float[]> seconds,
            Optional<Map<Path, float[]>> alsoFirsts) {
        PairData.Scored scored = data.scoredOf(pairs, (first, second) -> {
            float[] one = firsts.get(first);
            float[] other = seconds.get(second);
            if (one == null || other == null) {
                return Optional.empty();
            }
            double plain = Template.dot(one, other);
            return Optional.of(alsoFirsts
                    .map(also -> (plain + Template.dot(also.getOrDefault(first, one), other)) / 2)
                    .orElse(plain));
        });
        ScoredPairs compared = scored.pairs();
        Roc roc = compared.roc();
        List<Optional<Interval>> intervals = bootstrap.intervals(
                compared,
                Arrays.asList(
                        sample -> sample.roc().auc(),
                        sample -> sample.roc().eer(),
                        sample -> sample.roc().atFmr(FMR).tar()));
        ObjectNode one = json.putObject(title);
        Json.put(one, "auc", roc.auc());
        Json.put(one, "auc95", intervals.get(0));
        Json.put(one, "eer", roc.eer());
        Json.put(one, "tarAtFar1", roc.atFmr(FMR).tar());
        Json.put(one, "tarAtFar195", intervals.get(2));
        one.put("failedPairs", scored.failed().size());
        rows.add(new String[] {
            title,
            Section.four(roc.auc()) + " " + Section.four(intervals.get(0)),
            Section.percent(roc.eer()) + " " + Section.percent(intervals.get(1)),
            Section.percent(roc.atFmr(FMR).tar()) + " " + Section.percent(intervals.get(2)),
            scored.failed().size() + " of " + pairs.size()
        });
    }
}
