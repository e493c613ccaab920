package io.facever.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.EmbeddingSpace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Thresholds with their error rates, and the map from similarity to probability, for one embedding space. */
final class CalibrationStudy {
    private static final double LEAST_TAR = 0.98;
    private static final double AT_FAR = 0.01;
    private static final int FORMAT = 1;

    private final Pipeline pipeline;
    private final String dataSet;
    private final ScoredPairs pairs;
    private final AllPairs all;
    private final List<AllPairs.RatePoint> points;

    /**
     * Calibrates.
     *
     * @param dataSet data and protocol, for people
     */
    CalibrationStudy(Pipeline pipeline, String dataSet, ScoredPairs pairs, AllPairs all, SubjectBootstrap bootstrap) {
        this.pipeline = pipeline;
        this.dataSet = dataSet;
        this.pairs = pairs;
        this.all = all;
        this.points = all.points(bootstrap);
    }

    /** The balanced threshold; empty where the data does not fulfil the condition. */
    Optional<Roc.Point> balanced() {
        Roc roc = pairs.roc();
        return ThresholdSweep.exact(roc).leastEqualError(roc, LEAST_TAR, AT_FAR).map(point -> {
            // the middle of all thresholds that do as well; the sweep gives a score that lies on the edge of them
            double threshold = roc.atFmr(point.fmr()).tar() == point.tar()
                    ? roc.atFmr(point.fmr()).threshold()
                    : point.threshold();
            return roc.atThreshold(threshold);
        });
    }

    private double balancedThreshold() {
        return balanced().orElseGet(() -> pairs.roc().equalError()).threshold();
    }

    ObjectNode json() {
        EmbeddingSpace space = pipeline.verifier().space();
        Roc roc = pairs.roc();
        ObjectNode json = Json.object();
        json.put("format", FORMAT);
        json.put("model", pipeline.model());
        json.put("aligner", space.alignment());
        json.put("space", space.id());
        json.put("pipeline", pipeline.digest());
        json.put("dataSet", dataSet);
        json.put("genuinePairs", all.genuinePairs());
        json.put("impostorPairs", all.impostorPairs());
        Roc.Point at = roc.atThreshold(balancedThreshold());
        ObjectNode balanced = json.putObject("balanced");
        balanced.put("threshold", at.threshold());
        balanced.put("fmr", at.fmr());
        balanced.put("fnmr", at.fnmr());
        balanced.put(
                "rule",
                balanced().isPresent()
                        ? "least difference of FMR and FNMR on the protocol's pairs, with TAR >= 98 % at FAR = 1 %"
                        : "equal error on the protocol's pairs; TAR at FAR = 1 % is below 98 %");
        var array = json.putArray("points");
        for (AllPairs.RatePoint point : points) {
            ObjectNode one = array.addObject();
            one.put("fmr", point.fmr());
            one.put("threshold", point.threshold());
            Json.put(one, "threshold95", point.thresholdInterval());
            one.put("fnmr", point.fnmr());
            Json.put(one, "fnmr95", point.fnmrInterval());
        }
        LogisticCalibration map = LogisticCalibration.fit(pairs.genuine(), pairs.impostor());
        ObjectNode logistic = json.putObject("logistic");
        logistic.put("slope", map.slope());
        logistic.put("intercept", map.intercept());
        logistic.put("crossValidatedLogLoss", LogisticCalibration.crossValidatedLoss(pairs));
        return json;
    }

    /** What facever-models ships: the same figures in the format of {@code java.util.Properties}. */
    String properties() {
        StringBuilder text = new StringBuilder("# written by facever eval calibrate\n");
        EmbeddingSpace space = pipeline.verifier().space();
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("model", pipeline.model());
        lines.put("aligner", space.alignment());
        lines.put("space", space.id());
        lines.put("pipeline", pipeline.digest());
        lines.put("dataSet", dataSet);
        lines.put("genuinePairs", Long.toString(all.genuinePairs()));
        lines.put("impostorPairs", Long.toString(all.impostorPairs()));
        lines.put("balanced", six(balancedThreshold()));
        for (AllPairs.RatePoint point : points) {
            Interval interval = point.thresholdInterval().orElse(new Interval(point.threshold(), point.threshold()));
            lines.put(
                    "fmr." + Json.key(point.fmr()),
                    String.join(
                            " ", six(point.threshold()), six(interval.low()), six(interval.high()), six(point.fnmr())));
        }
        lines.forEach((key, value) ->
                text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
        return text.toString();
    }

    private static String six(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("calibration.json", (json().toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
        files.put("calibration.properties", properties().getBytes(StandardCharsets.UTF_8));
        return files;
    }

    Section section() {
        Roc roc = pairs.roc();
        Section section = new Section("calibration", "Calibration", json());
        Roc.Point at = roc.atThreshold(balancedThreshold());
        section.note("Bound to embedding space " + pipeline.verifier().space().id() + " (model " + pipeline.model()
                + ", aligner " + pipeline.verifier().space().alignment() + "), measured on " + dataSet + ": "
                + all.genuinePairs() + " pairs of the same person, " + all.impostorPairs() + " of different people.");
        section.note("Balanced threshold " + Section.four(at.threshold()) + ": FMR " + Section.percent(at.fmr())
                + ", FNMR " + Section.percent(at.fnmr()) + " on the protocol's pairs.");
        if (balanced().isEmpty()) {
            section.warning("TAR at FAR = 1 % is below 98 %, so the balanced threshold is that of equal error.");
        }
        List<String[]> rows = new ArrayList<>();
        for (AllPairs.RatePoint point : points) {
            rows.add(new String[] {
                Json.key(point.fmr()),
                Section.four(point.threshold()),
                Section.four(point.thresholdInterval()),
                Section.percent(point.fnmr()),
                Section.percent(point.fnmrInterval())
            });
        }
        section.add(Section.table(
                "calibration",
                "Thresholds by false match rate, from all pairs.",
                List.of("FMR", "threshold", "95 % interval", "FNMR", "95 % interval"),
                rows));
        ThresholdSweep sweep = ThresholdSweep.steps(roc, 0.5, 0.95, 0.01);
        section.add(Section.table(
                "sweep",
                "Sweep from 0.50 to 0.95 in steps of 0.01, as in the literature, on the protocol's pairs.",
                List.of("threshold", "FMR", "FNMR", "accuracy"),
                sweep.points().stream()
                        .map(point -> new String[] {
                            String.format(Locale.ROOT, "%.2f", point.threshold()),
                            Section.percent(point.fmr()),
                            Section.percent(point.fnmr()),
                            Section.percent(roc.accuracy(point.threshold()))
                        })
                        .toList()));
        List<Roc.Point> everyThreshold = ThresholdSweep.exact(roc).points();
        section.add(new Section.Figure(
                "Error rates over the threshold, on the protocol's pairs.",
                Charts.lines(
                        "thresholds",
                        new Charts.Axis("threshold (cosine)", -0.5, 1, false),
                        new Charts.Axis("error rate", 1e-4, 1, true),
                        List.of(
                                new Charts.Line("false matches (FMR)", overThreshold(everyThreshold, Roc.Point::fmr)),
                                new Charts.Line(
                                        "false non-matches (FNMR)", overThreshold(everyThreshold, Roc.Point::fnmr))))));
        LogisticCalibration map = LogisticCalibration.fit(pairs.genuine(), pairs.impostor());
        List<Charts.XY> curve = new ArrayList<>();
        for (int k = -50; k <= 100; k++) {
            curve.add(new Charts.XY(k / 100.0, map.probability(k / 100.0)));
        }
        section.note(String.format(
                Locale.ROOT,
                "Probability of the same person, both cases being equally likely beforehand:"
                        + " 1 / (1 + exp(−(%.3f · similarity %+.3f))). Log loss on folds that it was not fitted on: %.4f"
                        + " (0.6931 is knowing nothing).",
                map.slope(),
                map.intercept(),
                LogisticCalibration.crossValidatedLoss(pairs)));
        section.add(new Section.Figure(
                "Probability of the same person over similarity.",
                Charts.lines(
                        "logistic",
                        new Charts.Axis("similarity (cosine)", -0.5, 1, false),
                        new Charts.Axis("probability of the same person", 0, 1, false),
                        List.of(new Charts.Line(pipeline.model(), curve)))));
        return section;
    }

    private static List<Charts.XY> overThreshold(List<Roc.Point> points, ToDoubleFunction<Roc.Point> rate) {
        return points.stream()
                .filter(point -> Double.isFinite(point.threshold()))
                .map(point -> new Charts.XY(point.threshold(), rate.applyAsDouble(point)))
                .toList();
    }
}
