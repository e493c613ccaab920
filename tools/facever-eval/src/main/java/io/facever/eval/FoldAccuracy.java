package io.facever.eval;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;

/**
 * Accuracy by cross-validation: for each fold the threshold of highest accuracy on all other folds, tried on the fold
 * (the protocol of LFW's View 2; Huang, Ramesh, Berg and Learned-Miller, "Labeled Faces in the Wild", University of
 * Massachusetts technical report 07-49, 2007).
 *
 * @param folds accuracy of each fold
 * @param thresholds the threshold used on each fold
 * @since 0.1.0
 */
public record FoldAccuracy(List<Double> folds, List<Double> thresholds) {
    /** Copies the lists. */
    public FoldAccuracy {
        folds = List.copyOf(folds);
        thresholds = List.copyOf(thresholds);
    }

    /**
     * Cross-validates.
     *
     * @param pairs at least two folds, each with pairs, and genuine and impostor pairs outside each
     * @throws IllegalArgumentException when there are fewer than two folds
     */
    public static FoldAccuracy of(ScoredPairs pairs) {
        double[] scores =
                IntStream.range(0, pairs.size()).mapToDouble(pairs::score).toArray();
        double[] weights = new double[pairs.size()];
        Arrays.fill(weights, 1);
        return of(pairs, scores, weights, Roc.descending(scores));
    }

    /** Cross-validates weighted pairs; folds whose pairs all weigh nothing are left out. */
    static FoldAccuracy of(ScoredPairs pairs, double[] scores, double[] weights, int[] order) {
        int count = pairs.foldCount();
        if (count < 2) {
            throw new IllegalArgumentException("cross-validation needs at least two folds, found " + count);
        }
        boolean[] same = new boolean[pairs.size()];
        for (int i = 0; i < same.length; i++) {
            same[i] = pairs.same(i);
        }
        Double[] accuracies = new Double[count];
        Double[] thresholds = new Double[count];
        int used = 0;
        for (int fold = 0; fold < count; fold++) {
            int held = fold;
            double threshold = Roc.of(
                            scores,
                            same,
                            weights,
                            Arrays.stream(order)
                                    .filter(i -> pairs.fold(i) != held)
                                    .toArray())
                    .bestThreshold();
            double right = 0;
            double all = 0;
            for (int i = 0; i < same.length; i++) {
                if (pairs.fold(i) == fold) {
                    all += weights[i];
                    right += (scores[i] >= threshold) == same[i] ? weights[i] : 0;
                }
            }
            if (all > 0) {
                accuracies[used] = right / all;
                thresholds[used] = threshold;
                used++;
            }
        }
        return new FoldAccuracy(List.of(Arrays.copyOf(accuracies, used)), List.of(Arrays.copyOf(thresholds, used)));
    }

    /** Mean over the folds. */
    public double mean() {
        return statistic(Statistic.MEAN);
    }

    /** Standard deviation over the folds, with n − 1; LFW's "standard error" is this divided by √n. */
    public double standardDeviation() {
        return statistic(Statistic.STANDARD_DEVIATION);
    }

    private double statistic(Statistic statistic) {
        return DoubleStatistics.of(
                        EnumSet.of(statistic),
                        folds.stream().mapToDouble(Double::doubleValue).toArray())
                .getAsDouble(statistic);
    }
}
