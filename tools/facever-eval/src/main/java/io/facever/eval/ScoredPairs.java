package io.facever.eval;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Pairs with their scores, labels, folds and people: what the statistics of verification are computed from. Immutable.
 * All arrays have one entry for each pair and are copied.
 *
 * @since 0.1.0
 */
public final class ScoredPairs {
    private final double[] scores;
    private final int[] folds;
    private final int[] first;
    private final int[] second;

    private ScoredPairs(double[] scores, int[] folds, int[] first, int[] second) {
        this.scores = scores;
        this.folds = folds;
        this.first = first;
        this.second = second;
    }

    /**
     * Scored pairs.
     *
     * @param scores similarities; not NaN
     * @param folds fold of each pair, from 0
     * @param first number of the person in the first image, from 0
     * @param second number of the person in the second image; equal to {@code first} for a genuine pair
     * @throws IllegalArgumentException when the lengths differ, a score is NaN or a number is negative
     */
    public static ScoredPairs of(double[] scores, int[] folds, int[] first, int[] second) {
        if (folds.length != scores.length || first.length != scores.length || second.length != scores.length) {
            throw new IllegalArgumentException("scores, folds and people have one entry for each pair, found "
                    + scores.length + ", " + folds.length + ", " + first.length + " and " + second.length);
        }
        for (int i = 0; i < scores.length; i++) {
            if (Double.isNaN(scores[i]) || folds[i] < 0 || first[i] < 0 || second[i] < 0) {
                throw new IllegalArgumentException("pair " + i + " has score " + scores[i] + ", fold " + folds[i]
                        + ", people " + first[i] + " and " + second[i]
                        + "; a score is a number, the others are not negative");
            }
        }
        return new ScoredPairs(scores.clone(), folds.clone(), first.clone(), second.clone());
    }

    /** How many pairs. */
    public int size() {
        return scores.length;
    }

    /** Similarity of one pair. */
    public double score(int pair) {
        return scores[pair];
    }

    /** Whether both images show the same person. */
    public boolean same(int pair) {
        return first[pair] == second[pair];
    }

    /** Fold of one pair, from 0. */
    public int fold(int pair) {
        return folds[pair];
    }

    /** Person in the first image. */
    public int first(int pair) {
        return first[pair];
    }

    /** Person in the second image. */
    public int second(int pair) {
        return second[pair];
    }

    /** One more than the highest fold. */
    public int foldCount() {
        return Arrays.stream(folds).max().orElse(-1) + 1;
    }

    /** One more than the highest number of a person. */
    int personCount() {
        return 1
                + Math.max(
                        Arrays.stream(first).max().orElse(-1),
                        Arrays.stream(second).max().orElse(-1));
    }

    /** The pairs that pass a test, in the same order. */
    public ScoredPairs where(IntPredicate keep) {
        int[] kept = IntStream.range(0, size()).filter(keep).toArray();
        return new ScoredPairs(
                Arrays.stream(kept).mapToDouble(i -> scores[i]).toArray(),
                Arrays.stream(kept).map(i -> folds[i]).toArray(),
                Arrays.stream(kept).map(i -> first[i]).toArray(),
                Arrays.stream(kept).map(i -> second[i]).toArray());
    }

    /** Scores of the pairs of the same person. */
    public double[] genuine() {
        return IntStream.range(0, size())
                .filter(this::same)
                .mapToDouble(i -> scores[i])
                .toArray();
    }

    /** Scores of the pairs of different people. */
    public double[] impostor() {
        return IntStream.range(0, size())
                .filter(i -> !same(i))
                .mapToDouble(i -> scores[i])
                .toArray();
    }

    /**
     * The curve of all pairs.
     *
     * @throws IllegalArgumentException when there are no genuine or no impostor pairs
     */
    public Roc roc() {
        return Roc.of(genuine(), impostor());
    }
}
