package io.facever.eval;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The receiver operating characteristic of a set of comparison scores: for each threshold the share of pairs of
 * different people that match (FMR, also called FAR) and of pairs of the same person that match (TAR = 1 − FNMR). A
 * pair matches when its score is at least the threshold. Immutable.
 *
 * <p>The curve has one vertex for each distinct score, highest first, after a first vertex at (0, 0) for the threshold
 * +∞; between vertices it is a straight line (chance decides at ties). With that, the area is the Mann–Whitney
 * statistic with ties counted half (Hanley and McNeil, "The meaning and use of the area under a receiver operating
 * characteristic curve", Radiology 143, 1982).
 *
 * <p>Scores may be infinite: −∞ never matches, +∞ always does. NaN is refused.
 *
 * @since 0.1.0
 */
public final class Roc {
    private final double[] thresholds;
    private final double[] fmr;
    private final double[] tar;
    private final double genuineTotal;
    private final double impostorTotal;

    private Roc(double[] thresholds, double[] fmr, double[] tar, double genuineTotal, double impostorTotal) {
        this.thresholds = thresholds;
        this.fmr = fmr;
        this.tar = tar;
        this.genuineTotal = genuineTotal;
        this.impostorTotal = impostorTotal;
    }

    /** Rates at one threshold. */
    public record Point(double threshold, double fmr, double tar) {
        /** False non-match rate: 1 − TAR. */
        public double fnmr() {
            return 1 - tar;
        }
    }

    /**
     * The curve of two sets of scores.
     *
     * @param genuine scores of pairs of the same person, at least one, any order
     * @param impostor scores of pairs of different people, at least one, any order
     * @throws IllegalArgumentException when a set is empty or holds NaN
     */
    public static Roc of(double[] genuine, double[] impostor) {
        double[] scores = Arrays.copyOf(genuine, genuine.length + impostor.length);
        System.arraycopy(impostor, 0, scores, genuine.length, impostor.length);
        boolean[] same = new boolean[scores.length];
        Arrays.fill(same, 0, genuine.length, true);
        double[] weights = new double[scores.length];
        Arrays.fill(weights, 1);
        return of(scores, same, weights, descending(scores));
    }

    /** Indices of the scores, highest first; a merge sort without boxes, since there may be millions. */
    static int[] descending(double[] scores) {
        int[] order = IntStream.range(0, scores.length).toArray();
        int[] other = new int[order.length];
        for (int run = 1; run < order.length; run *= 2) {
            for (int start = 0; start < order.length; start += 2 * run) {
                int middle = Math.min(start + run, order.length);
                int end = Math.min(start + 2 * run, order.length);
                int left = start;
                int right = middle;
                for (int k = start; k < end; k++) {
                    boolean takeLeft = right >= end || (left < middle && scores[order[left]] >= scores[order[right]]);
                    other[k] = takeLeft ? order[left++] : order[right++];
                }
            }
            int[] swap = order;
            order = other;
            other = swap;
        }
        return order;
    }

    /**
     * The curve of weighted pairs, as resampling makes them.
     *
     * @param order {@link #descending} of the scores; pairs of weight 0 or left out of it count for nothing
     */
    static Roc of(double[] scores, boolean[] same, double[] weights, int[] order) {
        double[] thresholds = new double[order.length + 1];
        double[] fmr = new double[order.length + 1];
        double[] tar = new double[order.length + 1];
        thresholds[0] = Double.POSITIVE_INFINITY;
        double genuine = 0;
        double impostor = 0;
        int vertex = 0;
        for (int k = 0; k < order.length; k++) {
            int i = order[k];
            if (Double.isNaN(scores[i])) {
                throw new IllegalArgumentException("scores are numbers, found NaN for pair " + i);
            }
            if (weights[i] == 0) {
                continue;
            }
            boolean sameScore = scores[i] == thresholds[vertex] && (genuine > 0 || impostor > 0);
            if (!sameScore) {
                vertex++;
            }
            if (same[i]) {
                genuine += weights[i];
            } else {
                impostor += weights[i];
            }
            thresholds[vertex] = scores[i];
            tar[vertex] = genuine;
            fmr[vertex] = impostor;
        }
        if (!(genuine > 0 && impostor > 0)) {
            throw new IllegalArgumentException("a ROC needs pairs of the same person and of different people, found "
                    + genuine + " and " + impostor);
        }
        for (int k = 0; k <= vertex; k++) {
            tar[k] /= genuine;
            fmr[k] /= impostor;
        }
        return new Roc(
                Arrays.copyOf(thresholds, vertex + 1),
                Arrays.copyOf(fmr, vertex + 1),
                Arrays.copyOf(tar, vertex + 1),
                genuine,
                impostor);
    }

    /** How many vertices the curve has: the distinct scores and one. */
    public int size() {
        return thresholds.length;
    }

    /**
     * One vertex of the curve.
     *
     * @param index from 0, the point (0, 0), to {@code size() − 1}, the point (1, 1)
     */
    public Point point(int index) {
        return new Point(thresholds[index], fmr[index], tar[index]);
    }

    /** Area under the curve: the chance that a genuine score is above an impostor score, ties counted half. Exact. */
    public double auc() {
        double area = 0;
        for (int k = 1; k < fmr.length; k++) {
            area += (fmr[k] - fmr[k - 1]) * (tar[k] + tar[k - 1]) / 2;
        }
        return area;
    }

    /**
     * Where FMR and FNMR are equal, on the straight line between the vertices around it. {@code point.fmr()} is the
     * equal error rate.
     */
    public Point equalError() {
        int k = 0;
        while (fmr[k] + tar[k] < 1) {
            k++;
        }
        if (k == 0) {
            return point(0);
        }
        double before = 1 - fmr[k - 1] - tar[k - 1];
        double share = before / (before + fmr[k] + tar[k] - 1);
        double rate = fmr[k - 1] + share * (fmr[k] - fmr[k - 1]);
        double threshold = Double.isInfinite(thresholds[k - 1]) || Double.isInfinite(thresholds[k])
                ? thresholds[k]
                : thresholds[k - 1] + share * (thresholds[k] - thresholds[k - 1]);
        return new Point(threshold, rate, 1 - rate);
    }

    /** Equal error rate. */
    public double eer() {
        return equalError().fmr();
    }

    /**
     * The vertex of the highest TAR whose FMR is not above a limit. Its threshold lies midway to the next lower score,
     * where the rates are the same and which is not itself a score.
     *
     * @param limit false match rate, in [0, 1]
     */
    public Point atFmr(double limit) {
        // a limit of k/n must admit the vertex k/n in spite of rounding
        double rounded = limit + 1e-12;
        int low = 0;
        int high = fmr.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (fmr[middle] <= rounded) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return new Point(below(low), fmr[low], tar[low]);
    }

    /**
     * Rates at any threshold.
     *
     * @param threshold pairs whose score is at least this match
     */
    public Point atThreshold(double threshold) {
        int low = 0;
        int high = thresholds.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (thresholds[middle] >= threshold) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return new Point(threshold, fmr[low], tar[low]);
    }

    /**
     * Share of pairs decided rightly at a threshold.
     *
     * @param threshold pairs whose score is at least this match
     */
    public double accuracy(double threshold) {
        Point point = atThreshold(threshold);
        return accuracy(point.fmr(), point.tar());
    }

    private double accuracy(double falseMatches, double trueMatches) {
        return (trueMatches * genuineTotal + (1 - falseMatches) * impostorTotal) / (genuineTotal + impostorTotal);
    }

    /** The threshold of highest accuracy; of several, the middle one. It lies midway between two scores. */
    public double bestThreshold() {
        double best = -1;
        int first = 0;
        int last = 0;
        for (int k = 0; k < fmr.length; k++) {
            double accuracy = accuracy(fmr[k], tar[k]);
            if (accuracy > best + 1e-12) {
                best = accuracy;
                first = k;
                last = k;
            } else if (accuracy > best - 1e-12) {
                last = k;
            }
        }
        int middle = (first + last) / 2;
        // between tied vertices there may be a worse one
        while (accuracy(fmr[middle], tar[middle]) < best - 1e-12) {
            middle++;
        }
        return below(middle);
    }

    /** Midway from a vertex to the next lower score: all thresholds in between give the vertex's rates. */
    private double below(int vertex) {
        double own = thresholds[vertex];
        if (vertex == thresholds.length - 1) {
            return own;
        }
        double next = thresholds[vertex + 1];
        if (Double.isInfinite(own) || Double.isInfinite(next)) {
            return Double.isInfinite(own) ? Math.nextUp(next) : own;
        }
        double middle = (own + next) / 2;
        return middle > next ? middle : own;
    }
}
