package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Face;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Table V: poses as the images show them, and changes to the second image of each pair. */
final class RobustnessStudy {
    private RobustnessStudy() {}

    /**
     * Runs all of it.
     *
     * @param perFold how many pairs of each kind of each fold take part in the changes; all if 0
     * @param degradations the changes to make
     */
    static Section run(
            Pipeline pipeline,
            PairData data,
            Templates store,
            SubjectBootstrap bootstrap,
            int perFold,
            List<Degradation> degradations) {
        double threshold = pipeline.verifier().threshold().value();
        ObjectNode json = Json.object();
        json.put("threshold", threshold);
        Section section = new Section("robustness", "Robustness (Table V)", json);
        section.note("Model " + pipeline.model() + ", aligner " + pipeline.alignerText() + ", default threshold "
                + Section.four(threshold)
                + (pipeline.recovers() ? ", with recovery" : "")
                + ". Changes are made to the second image of each pair, always the same ones. TAR counts only pairs with"
                + " both faces found; the faces that were not found any more are counted beside it.");
        Map<Path, Template> plain = store.embed("images", pipeline, data.files().values(), Optional.empty());
        poses(section, json, data, plain, threshold);

        List<PairsFile.Pair> chosen = choose(data, perFold);
        List<Path> seconds =
                chosen.stream().map(pair -> data.file(pair.second())).distinct().toList();
        List<String[]> rows = new ArrayList<>();
        ObjectNode changes = json.putObject("changes");
        rows.add(row(changes, "unchanged", data.scoreOf(chosen, plain, plain), threshold, bootstrap));
        for (Degradation degradation : degradations) {
            Map<Path, Template> changed = store.embed(degradation.title(), pipeline, seconds, Optional.of(degradation));
            rows.add(row(changes, degradation.title(), data.scoreOf(chosen, plain, changed), threshold, bootstrap));
        }
        section.add(Section.table(
                "robustness",
                "Table V. " + chosen.size() + " pairs, the second image changed.",
                List.of(
                        "change",
                        "AUC",
                        "EER",
                        "TAR at the default threshold",
                        "FAR there",
                        "accuracy there",
                        "pairs without a face"),
                rows));
        return section;
    }

    /** The first pairs of each kind of each fold; all if {@code perFold} is 0. */
    static List<PairsFile.Pair> choose(PairData data, int perFold) {
        if (perFold == 0) {
            return data.pairs();
        }
        List<PairsFile.Pair> chosen = new ArrayList<>();
        int folds = data.pairs().stream().mapToInt(PairsFile.Pair::fold).max().orElse(0) + 1;
        for (int fold = 0; fold < folds; fold++) {
            int here = fold;
            for (boolean same : List.of(true, false)) {
                data.pairs().stream()
                        .filter(pair -> pair.fold() == here && pair.same() == same)
                        .limit(perFold)
                        .forEach(chosen::add);
            }
        }
        return chosen;
    }

    private static String[] row(
            ObjectNode json, String title, PairData.Scored scored, double threshold, SubjectBootstrap bootstrap) {
        ObjectNode one = json.putObject(title);
        int failed = scored.failed().size();
        one.put("pairs", scored.compared().size() + failed);
        one.put("failedPairs", failed);
        String notFound = failed + " of " + (scored.compared().size() + failed);
        ScoredPairs pairs = scored.pairs();
        int genuine = pairs.genuine().length;
        if (genuine == 0 || pairs.impostor().length == 0) {
            return new String[] {title, "—", "—", "—", "—", "—", notFound};
        }
        Roc roc = pairs.roc();
        List<Optional<Interval>> intervals =
                bootstrap.intervals(pairs, List.of(sample -> sample.roc().auc(), sample -> sample.roc()
                        .atThreshold(threshold)
                        .tar()));
        Roc.Point at = roc.atThreshold(threshold);
        Optional<Interval> tarInterval =
                new Proportion(Math.round(at.tar() * genuine), genuine).intervalOr(intervals.get(1));
        Json.put(one, "auc", roc.auc());
        Json.put(one, "auc95", intervals.get(0));
        Json.put(one, "eer", roc.eer());
        Json.put(one, "tar", at.tar());
        Json.put(one, "tar95", tarInterval);
        Json.put(one, "far", at.fmr());
        Json.put(one, "accuracy", roc.accuracy(threshold));
        return new String[] {
            title,
            Section.four(roc.auc()) + " " + Section.four(intervals.get(0)),
            Section.percent(roc.eer()),
            Section.percent(at.tar()) + " " + Section.percent(tarInterval),
            Section.percent(at.fmr()),
            Section.percent(roc.accuracy(threshold)),
            notFound
        };
    }

    private static void poses(
            Section section, ObjectNode json, PairData data, Map<Path, Template> templates, double threshold) {
        ObjectNode poses = json.putObject("poses");
        List<String[]> rows = new ArrayList<>();
        PairData.Scored all = data.score(templates, templates);
        for (Pose pose : Pose.values()) {
            List<PairsFile.Pair> pairs = all.compared().stream()
                    .filter(pair -> pose(templates, data, pair) == pose)
                    .toList();
            PairData.Scored scored = data.scoreOf(pairs, templates, templates);
            double[] genuine = scored.pairs().genuine();
            double[] impostor = scored.pairs().impostor();
            ObjectNode one = poses.putObject(pose.title());
            one.put("genuinePairs", genuine.length);
            one.put("impostorPairs", impostor.length);
            long accepted =
                    Arrays.stream(genuine).filter(score -> score >= threshold).count();
            long falseAccepted =
                    Arrays.stream(impostor).filter(score -> score >= threshold).count();
            Proportion tar = new Proportion(accepted, genuine.length);
            Proportion far = new Proportion(falseAccepted, impostor.length);
            double accuracy =
                    (accepted + impostor.length - falseAccepted) / (double) (genuine.length + impostor.length);
            Json.put(one, "tar", tar.rate());
            Json.put(one, "far", far.rate());
            Json.put(one, "accuracy", accuracy);
            boolean both = genuine.length > 0 && impostor.length > 0;
            if (both) {
                Json.put(one, "auc", scored.pairs().roc().auc());
            }
            rows.add(new String[] {
                pose.title(),
                genuine.length + " / " + impostor.length,
                both ? Section.four(scored.pairs().roc().auc()) : "—",
                Section.percent(tar.rate()) + " " + Section.percent(Optional.of(tar.interval())),
                Section.percent(far.rate()),
                Section.percent(accuracy)
            });
        }
        section.add(Section.table(
                "poses",
                "Poses, from the landmarks: the nose's offset along the line between the eyes, by the face of a pair that"
                        + " is turned more. Intervals take pairs for independent (Clopper–Pearson).",
                List.of(
                        "pose",
                        "pairs same / different",
                        "AUC",
                        "TAR at the default threshold",
                        "FAR there",
                        "accuracy there"),
                rows));
    }

    private static Pose pose(Map<Path, Template> templates, PairData data, PairsFile.Pair pair) {
        return Pose.of(
                face(templates, data.file(pair.first())).landmarks(),
                face(templates, data.file(pair.second())).landmarks());
    }

    private static Face face(Map<Path, Template> templates, Path file) {
        return templates.getOrDefault(file, Template.failed()).face().orElseThrow();
    }
}
