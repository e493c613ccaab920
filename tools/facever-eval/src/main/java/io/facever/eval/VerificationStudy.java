package io.facever.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Tables I and III, all pairs, groups and error analysis: what one pipeline does on a pairs file. */
final class VerificationStudy {
    private static final int HISTOGRAM_BINS = 80;
    private static final int WORST = 12;
    /** Fewer pairs of a kind than this say next to nothing about a rate of some percent. */
    private static final int SMALL_GROUP = 100;

    private final Pipeline pipeline;
    private final PairData data;
    private final Map<Path, Template> templates;
    private final PairData.Scored scored;
    private final SubjectBootstrap bootstrap;
    private final VerificationFigures figures;
    private final VerificationFigures withFailures;

    VerificationStudy(Pipeline pipeline, PairData data, Templates templates, SubjectBootstrap bootstrap) {
        this.pipeline = pipeline;
        this.data = data;
        this.bootstrap = bootstrap;
        this.templates = templates.embed("images", pipeline, data.files().values(), Optional.empty());
        this.scored = data.score(this.templates, this.templates);
        this.figures = VerificationFigures.of(scored.pairs(), bootstrap);
        this.withFailures =
                scored.failed().isEmpty() ? figures : VerificationFigures.of(scored.withFailuresAsErrors(), bootstrap);
    }

    VerificationFigures figures() {
        return figures;
    }

    PairData.Scored scored() {
        return scored;
    }

    Map<Path, Template> templates() {
        return templates;
    }

    private long failedImages() {
        return templates.values().stream()
                .filter(template -> !template.acquired())
                .count();
    }

    /** The document that {@code --json} prints. */
    ObjectNode json() {
        ObjectNode json = json(figures);
        json.put("pairs", data.pairs().size());
        json.put("failedToAcquire", failedImages());
        json.put("failedPairs", scored.failed().size());
        json.put("skippedPairs", data.skipped());
        if (!data.missing().isEmpty()) {
            ArrayNode missing = json.putArray("missingImages");
            data.missing().forEach(missing::add);
        }
        ObjectNode confidence = json.putObject("confidence95");
        Json.put(confidence, "accuracy", figures.accuracyInterval());
        Json.put(confidence, "auc", figures.aucInterval());
        Json.put(confidence, "eer", figures.eerInterval());
        ObjectNode tar = confidence.putObject("tarAtFar");
        VerificationFigures.FARS.forEach(far -> Json.put(tar, Json.key(far), figures.tarInterval(far)));
        json.put("model", pipeline.model());
        json.put("aligner", pipeline.alignerText());
        json.put("pipeline", pipeline.digest());
        json.set("failuresAsErrors", json(withFailures));
        return json;
    }

    private static ObjectNode json(VerificationFigures figures) {
        ObjectNode json = Json.object();
        json.put("accuracy", figures.accuracy().mean());
        json.put("accuracyStd", figures.accuracy().standardDeviation());
        json.put("auc", figures.roc().auc());
        json.put("eer", figures.roc().eer());
        Json.put(json, "eerThreshold", figures.roc().equalError().threshold());
        ObjectNode tar = json.putObject("tarAtFar");
        ObjectNode not = Json.object();
        for (double far : VerificationFigures.FARS) {
            figures.tarAt(far).ifPresentOrElse(value -> tar.put(Json.key(far), value), () -> {
                tar.putNull(Json.key(far));
                not.put(Json.key(far), Section.notMeasurable(figures.impostorPairs()));
            });
        }
        if (!not.isEmpty()) {
            json.set("notMeasurable", not);
        }
        Json.put(json, "bestThreshold", figures.bestThreshold());
        return json;
    }

    /** The document as text, with the other chapters below their names. */
    String document(List<Section> sections) {
        ObjectNode document = json();
        sections.stream()
                .filter(section ->
                        !section.id().equals("verification") && !section.id().equals("errors"))
                .forEach(section -> document.set(section.id(), section.json()));
        return document.toPrettyString();
    }

    private static List<String[]> rows(VerificationFigures figures) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"AUC", Section.four(figures.roc().auc()), Section.four(figures.aucInterval())});
        rows.add(new String[] {"EER", Section.percent(figures.roc().eer()), Section.percent(figures.eerInterval())});
        for (double far : VerificationFigures.FARS) {
            rows.add(new String[] {
                "TAR at FAR " + Json.key(100 * far) + " %",
                figures.tarAt(far).map(Section::percent).orElse(Section.notMeasurable(figures.impostorPairs())),
                figures.tarAt(far).isPresent() ? Section.percent(figures.tarInterval(far)) : ""
            });
        }
        rows.add(new String[] {
            "accuracy",
            Section.percent(figures.accuracy().mean()) + " ± "
                    + Section.percent(figures.accuracy().standardDeviation()),
            Section.percent(figures.accuracyInterval())
        });
        rows.add(new String[] {"best threshold", Section.four(figures.bestThreshold()), ""});
        return rows;
    }

    /** Table I, with the curve. */
    Section table1() {
        Section section = new Section("verification", "Verification (Table I)", json());
        section.note(String.format(
                Locale.ROOT,
                "Model %s, aligner %s. %d pairs in %d folds, %d images, %d of them without a face; %d pairs of the file"
                        + " left out because an image is missing. The most central face of each image is the subject."
                        + " Accuracy: mean over folds, each with the threshold that is best on the others, ± standard"
                        + " deviation of the folds (n − 1). Intervals: 95 %%, percentiles of %d resamples of people."
                        + " Pipeline %s.",
                pipeline.model(),
                pipeline.alignerText(),
                data.pairs().size(),
                scored.pairs().foldCount(),
                templates.size(),
                failedImages(),
                data.skipped(),
                bootstrap.resamples(),
                pipeline.digest()));
        if (!data.missing().isEmpty()) {
            section.warning(data.missing().size() + " images that the pairs name are not there: "
                    + String.join(", ", data.missing()));
        }
        section.add(Section.table(
                "verification",
                "Table I. Pairs with both faces found (" + scored.compared().size() + ").",
                List.of("figure", "value", "95 % interval"),
                rows(figures)));
        if (scored.failed().isEmpty()) {
            section.note("A face was found in every image, so counting failures as errors changes nothing.");
        } else {
            section.add(Section.table(
                    "verification-failures-as-errors",
                    "Table I again, with the " + scored.failed().size()
                            + " pairs in which a face was not found counted as wrong at every threshold.",
                    List.of("figure", "value", "95 % interval"),
                    rows(withFailures)));
        }
        section.add(new Section.Figure(
                "ROC: true accept rate over false accept rate.",
                Charts.lines(
                        "roc",
                        new Charts.Axis("false accept rate", 1e-4, 1, true),
                        new Charts.Axis("true accept rate", 0.9, 1.001, false),
                        List.of(new Charts.Line(pipeline.model(), curve(figures.roc(), false))))));
        section.add(new Section.Figure(
                "DET: false non-match rate over false match rate, both logarithmic.",
                Charts.lines(
                        "det",
                        new Charts.Axis("false match rate", 1e-4, 1, true),
                        new Charts.Axis("false non-match rate", 1e-4, 1, true),
                        List.of(new Charts.Line(pipeline.model(), curve(figures.roc(), true))))));
        return section;
    }

    private static List<Charts.XY> curve(Roc roc, boolean det) {
        return IntStream.range(0, roc.size())
                .mapToObj(roc::point)
                .map(point -> new Charts.XY(point.fmr(), det ? point.fnmr() : point.tar()))
                .toList();
    }

    /** Table III. */
    Section table3() {
        double[] genuine = scored.pairs().genuine();
        double[] impostor = scored.pairs().impostor();
        Separability s = Separability.of(genuine, impostor);
        ObjectNode json = Json.object();
        Json.put(json, "intraMean", s.intraMean());
        Json.put(json, "intraDeviation", s.intraDeviation());
        Json.put(json, "interMean", s.interMean());
        Json.put(json, "interDeviation", s.interDeviation());
        Json.put(json, "ratio", s.ratio());
        Json.put(json, "dPrime", s.dPrime());
        Section section = new Section("separability", "Separability (Table III)", json);
        section.add(Section.table(
                "separability",
                "Table III. Cosine distance (1 − similarity) within and between people.",
                List.of("", "mean", "standard deviation"),
                List.of(
                        new String[] {"same person", Section.four(s.intraMean()), Section.four(s.intraDeviation())},
                        new String[] {"different people", Section.four(s.interMean()), Section.four(s.interDeviation())
                        })));
        section.note(String.format(
                Locale.ROOT, "Ratio of the means %.2f; sensitivity index d′ %.2f.", s.ratio(), s.dPrime()));
        section.add(new Section.Figure(
                "Share of pairs by similarity.",
                Charts.lines(
                        "histogram",
                        new Charts.Axis("similarity (cosine)", -0.5, 1, false),
                        new Charts.Axis("share of pairs, percent", 0, histogramTop(genuine, impostor), false),
                        List.of(
                                new Charts.Line("same person", steps(genuine)),
                                new Charts.Line("different people", steps(impostor))))));
        return section;
    }

    private static Histogram histogram(double[] scores) {
        Histogram histogram = new Histogram(-1, 1, HISTOGRAM_BINS);
        for (double score : scores) {
            histogram.add(score);
        }
        return histogram;
    }

    private static double histogramTop(double[] genuine, double[] impostor) {
        double top = 1;
        for (double[] scores : List.of(genuine, impostor)) {
            Histogram histogram = histogram(scores);
            for (int bin = 0; bin < histogram.bins(); bin++) {
                top = Math.max(top, 110.0 * histogram.count(bin) / scores.length);
            }
        }
        return top;
    }

    private static List<Charts.XY> steps(double[] scores) {
        Histogram histogram = histogram(scores);
        List<Charts.XY> points = new ArrayList<>();
        for (int bin = 0; bin < histogram.bins(); bin++) {
            double share = 100.0 * histogram.count(bin) / scores.length;
            points.add(new Charts.XY(histogram.edge(bin), share));
            points.add(new Charts.XY(histogram.edge(bin + 1), share));
        }
        return points;
    }

    /** Every image against every other. */
    AllPairs allPairs(Templates store) {
        return allPairs(store, person -> true);
    }

    private AllPairs allPairs(Templates store, Predicate<String> takesPart) {
        List<float[]> vectors = new ArrayList<>();
        List<Integer> people = new ArrayList<>();
        // numbered without gaps: who is not there must not be drawn when people are resampled
        Map<String, Integer> numbers = new HashMap<>();
        data.files().forEach((photo, file) -> {
            Template template = templates.getOrDefault(file, Template.failed());
            if (template.acquired() && takesPart.test(photo.person())) {
                vectors.add(template.vector());
                people.add(numbers.computeIfAbsent(photo.person(), person -> numbers.size()));
            }
        });
        try (Workers workers = new Workers(store.cores())) {
            return AllPairs.compare(
                    vectors, people.stream().mapToInt(Integer::intValue).toArray(), workers, store.progress());
        }
    }

    Section allPairsSection(AllPairs all) {
        ObjectNode json = Json.object();
        json.put("impostorPairs", all.impostorPairs());
        json.put("genuinePairs", all.genuinePairs());
        Section section = new Section("all-pairs", "All pairs", json);
        List<String[]> rows = new ArrayList<>();
        List<AllPairs.RatePoint> points = all.points(bootstrap);
        var array = json.putArray("points");
        for (AllPairs.RatePoint point : points) {
            rows.add(new String[] {
                Json.key(point.fmr()),
                Section.four(point.threshold()),
                Section.four(point.thresholdInterval()),
                Section.percent(point.fnmr()),
                Section.percent(point.fnmrInterval())
            });
            ObjectNode one = array.addObject();
            one.put("fmr", point.fmr());
            one.put("threshold", point.threshold());
            Json.put(one, "threshold95", point.thresholdInterval());
            one.put("fnmr", point.fnmr());
            Json.put(one, "fnmr95", point.fnmrInterval());
        }
        section.note("Every image against every other: " + all.genuinePairs() + " pairs of the same person, "
                + all.impostorPairs() + " of different people. People with many images weigh more here than in the"
                + " pairs of the protocol.");
        section.add(Section.table(
                "all-pairs",
                "Thresholds by false match rate, and the false non-match rate there.",
                List.of("FMR", "threshold", "95 % interval", "FNMR", "95 % interval"),
                rows));
        section.add(new Section.Figure(
                "False non-match rate over false match rate, all pairs.",
                Charts.lines(
                        "allpairs",
                        new Charts.Axis("false match rate", 1e-6, 1, true),
                        new Charts.Axis("false non-match rate", 1e-4, 1, true),
                        List.of(new Charts.Line(
                                pipeline.model(),
                                points.stream()
                                        .map(point -> new Charts.XY(point.fmr(), point.fnmr()))
                                        .toList())))));
        return section;
    }

    /**
     * Rates by group of people, at the one threshold for all.
     *
     * @param everyPair set to compare all images of a group with each other too, since the pairs of a protocol seldom
     *     hold enough pairs within one group
     */
    Section fairness(GroupsFile groups, Optional<Templates> everyPair) {
        double threshold = pipeline.verifier().threshold().value();
        ObjectNode json = Json.object();
        json.put("threshold", threshold);
        Section section = new Section("fairness", "Groups", json);
        section.note("All groups at the default threshold "
                + Section.four(threshold) + " ("
                + pipeline.verifier().threshold().origin()
                + "). Pairs of the same person belong to the person's group; pairs of different people count where both"
                + " are of one group. People without a group are left out.");
        protocolPairsByGroup(groups, threshold, section, json);
        everyPair.ifPresent(store -> everyPairByGroup(groups, threshold, section, json.putObject("allPairs"), store));
        return section;
    }

    private void protocolPairsByGroup(GroupsFile groups, double threshold, Section section, ObjectNode json) {
        String[] groupOf = new String[data.people().size()];
        data.people()
                .forEach((person, number) ->
                        groupOf[number] = groups.groupOf(person).orElse(""));
        ScoredPairs all = scored.pairs();
        List<String[]> rows = new ArrayList<>();
        List<Roc.Point> rates = new ArrayList<>();
        ObjectNode perGroup = json.putObject("groups");
        for (String group : groups.names()) {
            ScoredPairs pairs =
                    all.where(i -> groupOf[all.first(i)].equals(group) && groupOf[all.second(i)].equals(group));
            int genuine = pairs.genuine().length;
            int impostor = pairs.impostor().length;
            ObjectNode one = counts(perGroup, group, genuine, impostor);
            warnIfSmall(section, "", group, genuine, impostor);
            if (genuine == 0 || impostor == 0) {
                continue;
            }
            List<Optional<Interval>> intervals = bootstrap.intervals(
                    pairs,
                    List.of(
                            sample -> sample.roc().auc(),
                            sample -> sample.roc().eer(),
                            sample -> sample.roc().atThreshold(threshold).fmr(),
                            sample -> sample.roc().atThreshold(threshold).fnmr()));
            Roc roc = pairs.roc();
            AllPairs.Rates at = new AllPairs.Rates(
                    roc.atThreshold(threshold),
                    exactIfExtreme(roc.atThreshold(threshold).fmr(), impostor, intervals.get(2)),
                    exactIfExtreme(roc.atThreshold(threshold).fnmr(), genuine, intervals.get(3)));
            rates.add(at.point());
            Json.put(one, "auc", roc.auc());
            Json.put(one, "auc95", intervals.get(0));
            Json.put(one, "eer", roc.eer());
            Json.put(one, "eer95", intervals.get(1));
            put(one, at);
            rows.add(new String[] {
                group,
                genuine + " / " + impostor,
                Section.four(roc.auc()) + " " + Section.four(intervals.get(0)),
                Section.percent(roc.eer()) + " " + Section.percent(intervals.get(1)),
                Section.percent(at.point().fmr()) + " " + Section.percent(at.fmrInterval()),
                Section.percent(at.point().fnmr()) + " " + Section.percent(at.fnmrInterval())
            });
        }
        section.add(Section.table(
                "groups",
                "Rates by group on the protocol's pairs, with 95 % intervals; exact binomial ones where there was no"
                        + " error.",
                List.of("group", "pairs same / different", "AUC", "EER", "FMR", "FNMR"),
                rows));
        ratios(section, json, rates);
    }

    private void everyPairByGroup(
            GroupsFile groups, double threshold, Section section, ObjectNode json, Templates store) {
        List<String[]> rows = new ArrayList<>();
        List<Roc.Point> rates = new ArrayList<>();
        ObjectNode perGroup = json.putObject("groups");
        for (String group : groups.names()) {
            AllPairs all = allPairs(
                    store,
                    person -> groups.groupOf(person).filter(group::equals).isPresent());
            ObjectNode one = counts(perGroup, group, all.genuinePairs(), all.impostorPairs());
            warnIfSmall(section, " with all pairs", group, all.genuinePairs(), all.impostorPairs());
            if (all.genuinePairs() == 0 || all.impostorPairs() == 0) {
                continue;
            }
            AllPairs.Rates at = all.at(threshold, bootstrap);
            rates.add(at.point());
            put(one, at);
            rows.add(new String[] {
                group,
                all.genuinePairs() + " / " + all.impostorPairs(),
                Section.percent(at.point().fmr()) + " " + Section.percent(at.fmrInterval()),
                Section.percent(at.point().fnmr()) + " " + Section.percent(at.fnmrInterval())
            });
        }
        section.add(Section.table(
                "groups-all-pairs",
                "Rates by group, every image of a group against every other of it, with 95 % intervals.",
                List.of("group", "pairs same / different", "FMR", "FNMR"),
                rows));
        ratios(section, json, rates);
    }

    private static Optional<Interval> exactIfExtreme(double rate, int trials, Optional<Interval> resampled) {
        return new Proportion(Math.round(rate * trials), trials).intervalOr(resampled);
    }

    private static ObjectNode counts(ObjectNode perGroup, String group, long genuine, long impostor) {
        ObjectNode one = perGroup.putObject(group);
        one.put("genuinePairs", genuine);
        one.put("impostorPairs", impostor);
        return one;
    }

    private static void put(ObjectNode json, AllPairs.Rates at) {
        json.put("fmr", at.point().fmr());
        Json.put(json, "fmr95", at.fmrInterval());
        json.put("fnmr", at.point().fnmr());
        Json.put(json, "fnmr95", at.fnmrInterval());
    }

    private static void warnIfSmall(Section section, String how, String group, long genuine, long impostor) {
        if (genuine == 0 || impostor == 0) {
            section.warning("Group " + group + " has " + genuine + " pairs of the same person and " + impostor
                    + " of different people" + how + ": nothing can be said about it.");
        } else if (genuine < SMALL_GROUP || impostor < SMALL_GROUP) {
            section.warning("Group " + group + " is too small to say anything about small error rates" + how + ": "
                    + genuine + " pairs of the same person and " + impostor
                    + " of different people. No error among n pairs leaves rates up to 3/n possible.");
        }
    }

    private static void ratios(Section section, ObjectNode json, List<Roc.Point> rates) {
        double fmr = largestRatio(rates.stream().mapToDouble(Roc.Point::fmr).toArray());
        double fnmr = largestRatio(rates.stream().mapToDouble(Roc.Point::fnmr).toArray());
        Json.put(json, "largestFmrRatio", fmr);
        Json.put(json, "largestFnmrRatio", fnmr);
        section.note("Largest ratio between groups: FMR " + text(fmr) + ", FNMR " + text(fnmr)
                + ". Look at the intervals before reading anything into it.");
    }

    /** Highest over lowest; not a number where the lowest is 0. */
    static double largestRatio(double[] rates) {
        double low = Arrays.stream(rates).min().orElse(0);
        return low > 0 ? Arrays.stream(rates).max().orElse(0) / low : Double.NaN;
    }

    private static String text(double ratio) {
        return Double.isNaN(ratio) ? "undefined (no error in one group)" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** The pairs that went wrong most, as pictures; only in a report on the user's own disk. */
    Section errors() {
        Roc.Point equal = figures.roc().equalError();
        List<Integer> order =
                IntStream.range(0, scored.compared().size()).boxed().toList();
        List<Integer> accepts = order.stream()
                .filter(i -> !scored.compared().get(i).same())
                .sorted(Comparator.comparingDouble(i -> -scored.score(i)))
                .limit(WORST)
                .toList();
        List<Integer> rejects = order.stream()
                .filter(i -> scored.compared().get(i).same())
                .sorted(Comparator.comparingDouble(scored::score))
                .limit(WORST)
                .toList();
        ObjectNode json = Json.object();
        Section section = new Section("errors", "Worst errors", json);
        section.note(
                "The pairs of different people with the highest, and of the same person with the lowest similarity;"
                        + " the threshold of equal error is " + Section.four(equal.threshold())
                        + ". The pictures are copies of your own files: mind whom you give this report to.");
        section.add(gallery("Different people, most alike", "falseAccepts", accepts, json));
        section.add(gallery("The same person, least alike", "falseRejects", rejects, json));
        if (!scored.failed().isEmpty()) {
            section.add(Section.table(
                    "not-found",
                    "Pairs in which a face was not found.",
                    List.of("first", "second"),
                    scored.failed().stream()
                            .map(pair -> new String[] {
                                pair.first().path(), pair.second().path()
                            })
                            .toList()));
        }
        return section;
    }

    private Section.Gallery gallery(String caption, String key, List<Integer> chosen, ObjectNode json) {
        List<Section.PicturePair> pictures = new ArrayList<>();
        var array = json.putArray(key);
        for (int i : chosen) {
            PairsFile.Pair pair = scored.compared().get(i);
            ObjectNode one = array.addObject();
            one.put("first", pair.first().path());
            one.put("second", pair.second().path());
            one.put("similarity", scored.score(i));
            pictures.add(new Section.PicturePair(
                    dataUri(data.file(pair.first())),
                    dataUri(data.file(pair.second())),
                    Section.four(scored.score(i)) + ": " + pair.first().path() + ", "
                            + pair.second().path()));
        }
        return new Section.Gallery(caption, pictures);
    }

    private static String dataUri(Path file) {
        String type = file.toString().toLowerCase(Locale.ROOT).endsWith(".png") ? "image/png" : "image/jpeg";
        return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(Templates.readFile(file));
    }
}
