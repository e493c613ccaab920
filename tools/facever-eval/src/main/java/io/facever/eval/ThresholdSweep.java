package io.facever.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Picks a threshold by looking at many.
 *
 * @param points rates at each threshold, lowest first
 * @since 0.1.0
 */
public record ThresholdSweep(List<Roc.Point> points) {
    /** Copies the list. */
    public ThresholdSweep {
        points = List.copyOf(points);
    }

    /**
     * Thresholds in equal steps.
     *
     * @param roc the curve
     * @param from first threshold
     * @param to last threshold, included
     * @param step distance, above 0
     */
    public static ThresholdSweep steps(Roc roc, double from, double to, double step) {
        int count = (int) Math.floor((to - from) / step + 1e-9);
        return new ThresholdSweep(IntStream.rangeClosed(0, count)
                // rounded so that 0.5 + 7 * 0.01 is 0.57
                .mapToObj(k -> roc.atThreshold(Math.rint((from + k * step) * 1e9) / 1e9))
                .toList());
    }

    /** Every threshold at which something changes. */
    public static ThresholdSweep exact(Roc roc) {
        List<Roc.Point> points = new ArrayList<>();
        for (int k = roc.size() - 1; k >= 0; k--) {
            points.add(roc.point(k));
        }
        return new ThresholdSweep(points);
    }

    /**
     * The threshold whose FMR and FNMR differ least; of equals, the one with the smaller sum.
     *
     * @param roc the curve, for the condition
     * @param leastTar TAR to be had at {@code atFmr}, else there is no choice
     * @param atFmr false match rate of the condition
     */
    public Optional<Roc.Point> leastEqualError(Roc roc, double leastTar, double atFmr) {
        if (roc.atFmr(atFmr).tar() < leastTar) {
            return Optional.empty();
        }
        return points.stream()
                .filter(point -> Double.isFinite(point.threshold()))
                .min((a, b) -> {
                    int byDifference = Double.compare(Math.abs(a.fmr() - a.fnmr()), Math.abs(b.fmr() - b.fnmr()));
                    return byDifference != 0 ? byDifference : Double.compare(a.fmr() + a.fnmr(), b.fmr() + b.fnmr());
                });
    }
}
