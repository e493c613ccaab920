package io.facever.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The figures of a verification table, with intervals. */
final class VerificationFigures {
    /** False accept rates of the table. */
    static final List<Double> FARS = List.of(0.1, 0.01, 0.001);

    private final ScoredPairs pairs;
    private final Roc roc;
    private final FoldAccuracy accuracy;
    private final Map<Double, Optional<Interval>> tarIntervals = new LinkedHashMap<>();
    private final Optional<Interval> aucInterval;
    private final Optional<Interval> eerInterval;
    private final Optional<Interval> accuracyInterval;

    private VerificationFigures(ScoredPairs pairs, SubjectBootstrap bootstrap) {
        this.pairs = pairs;
        this.roc = pairs.roc();
        this.accuracy = FoldAccuracy.of(pairs);
        List<SubjectBootstrap.Figure> figures = new ArrayList<>();
        figures.add(sample -> sample.roc().auc());
        figures.add(sample -> sample.roc().eer());
        figures.add(SubjectBootstrap.Sample::foldAccuracy);
        for (double far : FARS) {
            figures.add(sample -> sample.roc().atFmr(far).tar());
        }
        List<Optional<Interval>> intervals = bootstrap.intervals(pairs, figures);
        aucInterval = intervals.get(0);
        eerInterval = intervals.get(1);
        accuracyInterval = intervals.get(2);
        for (int k = 0; k < FARS.size(); k++) {
            tarIntervals.put(FARS.get(k), intervals.get(3 + k));
        }
    }

    static VerificationFigures of(ScoredPairs pairs, SubjectBootstrap bootstrap) {
        return new VerificationFigures(pairs, bootstrap);
    }

    Roc roc() {
        return roc;
    }

    FoldAccuracy accuracy() {
        return accuracy;
    }

    long impostorPairs() {
        return pairs.impostor().length;
    }

    long genuinePairs() {
        return pairs.genuine().length;
    }

    /** TAR at a FAR; empty where the impostor pairs are too few to measure that FAR. */
    Optional<Double> tarAt(double far) {
        return Proportion.measurable(far, impostorPairs())
                ? Optional.of(roc.atFmr(far).tar())
                : Optional.empty();
    }

    Optional<Interval> aucInterval() {
        return aucInterval;
    }

    Optional<Interval> eerInterval() {
        return eerInterval;
    }

    Optional<Interval> accuracyInterval() {
        return accuracyInterval;
    }

    Optional<Interval> tarInterval(double far) {
        return tarAt(far).isPresent() ? tarIntervals.getOrDefault(far, Optional.empty()) : Optional.empty();
    }

    /** Threshold of highest accuracy over all pairs. */
    double bestThreshold() {
        return roc.bestThreshold();
    }
}
