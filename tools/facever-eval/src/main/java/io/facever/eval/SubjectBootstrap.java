package io.facever.eval;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.commons.statistics.descriptive.Quantile;

/**
 * 95 % intervals by resampling people, not pairs: pairs that share a person are not independent. Each resample draws as
 * many people as there are, with replacement; a genuine pair counts as often as its person was drawn, an impostor pair
 * as often as the product of both (Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1, 2007, who shows
 * that it errs to the wide side where pairs share few people, as in LFW). Intervals are percentiles of the resamples.
 *
 * @param resamples how many to draw, at least 100
 * @param seed equal seeds give equal intervals
 * @since 0.1.0
 */
public record SubjectBootstrap(int resamples, long seed) {
    /** What the reports use. */
    public static final SubjectBootstrap DEFAULT = new SubjectBootstrap(2000, 20_070_401L);

    /** Fewer give no percentile worth the name. */
    static final int LEAST_RESAMPLES = 100;

    private static final Quantile QUANTILE = Quantile.withDefaults();

    /** Checks the number of resamples. */
    public SubjectBootstrap {
        if (resamples < LEAST_RESAMPLES) {
            throw new IllegalArgumentException(
                    "intervals need at least " + LEAST_RESAMPLES + " resamples, found " + resamples);
        }
    }

    /** A figure computed from weighted pairs. */
    @FunctionalInterface
    interface Figure {
        /** The figure of one resample; NaN when it can't be computed from it. */
        double of(Sample sample);
    }

    /** One resample. */
    static final class Sample {
        private final ScoredPairs pairs;
        private final double[] scores;
        private final double[] weights;
        private final int[] order;
        private final Roc roc;

        Sample(ScoredPairs pairs, double[] scores, boolean[] same, double[] weights, int[] order) {
            this.pairs = pairs;
            this.scores = scores;
            this.weights = weights;
            this.order = order;
            this.roc = Roc.of(scores, same, weights, order);
        }

        /** The curve of the resample. */
        Roc roc() {
            return roc;
        }

        /** Accuracy by cross-validation on the resample; NaN where a fold has nothing to learn from. */
        double foldAccuracy() {
            try {
                return FoldAccuracy.of(pairs, scores, weights, order).mean();
            } catch (IllegalArgumentException e) {
                return Double.NaN;
            }
        }
    }

    /** How often each of {@code people} was drawn. */
    static int[] draw(int people, UniformRandomProvider random) {
        int[] counts = new int[people];
        for (int k = 0; k < people; k++) {
            counts[random.nextInt(people)]++;
        }
        return counts;
    }

    UniformRandomProvider random() {
        return RandomSource.XO_SHI_RO_256_PP.create(seed);
    }

    /**
     * Intervals of several figures from the same resamples.
     *
     * @return one for each figure; empty where fewer than half of the resamples gave a number
     */
    List<Optional<Interval>> intervals(ScoredPairs pairs, List<Figure> figures) {
        // people are renumbered so that only those who take part are drawn
        int[] present = IntStream.concat(
                        IntStream.range(0, pairs.size()).map(pairs::first),
                        IntStream.range(0, pairs.size()).map(pairs::second))
                .sorted()
                .distinct()
                .toArray();
        int[] first = new int[pairs.size()];
        int[] second = new int[pairs.size()];
        boolean[] same = new boolean[pairs.size()];
        double[] scores = new double[pairs.size()];
        for (int i = 0; i < pairs.size(); i++) {
            first[i] = Arrays.binarySearch(present, pairs.first(i));
            second[i] = Arrays.binarySearch(present, pairs.second(i));
            same[i] = pairs.same(i);
            scores[i] = pairs.score(i);
        }
        int[] order = Roc.descending(scores);
        UniformRandomProvider random = random();
        double[][] values = new double[figures.size()][resamples];
        for (int resample = 0; resample < resamples; resample++) {
            int[] counts = draw(present.length, random);
            double[] weights = new double[pairs.size()];
            double genuine = 0;
            double impostor = 0;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = same[i] ? counts[first[i]] : (double) counts[first[i]] * counts[second[i]];
                genuine += same[i] ? weights[i] : 0;
                impostor += same[i] ? 0 : weights[i];
            }
            boolean usable = genuine > 0 && impostor > 0;
            Optional<Sample> sample =
                    usable ? Optional.of(new Sample(pairs, scores, same, weights, order)) : Optional.empty();
            for (int f = 0; f < figures.size(); f++) {
                Figure figure = figures.get(f);
                values[f][resample] = sample.map(figure::of).orElse(Double.NaN);
            }
        }
        return Arrays.stream(values).map(SubjectBootstrap::percentiles).toList();
    }

    /** The 2.5th and 97.5th percentile of the values that are numbers. */
    static Optional<Interval> percentiles(double[] values) {
        double[] numbers =
                Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
        if (numbers.length * 2 < values.length || numbers.length == 0) {
            return Optional.empty();
        }
        double[] ends = QUANTILE.evaluate(numbers, 0.025, 0.975);
        return Optional.of(new Interval(ends[0], ends[1]));
    }
}
