package io.facever;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Measured error rates of one {@link EmbeddingSpace}: which threshold gave which false match rate, on which data. It
 * holds for that space alone, and for people and pictures like those of the data set.
 *
 * @param space {@link EmbeddingSpace#id()} that it was measured in
 * @param dataSet data set and protocol, for people
 * @param impostorPairs how many pairs of different people were compared
 * @param genuinePairs how many pairs of the same person were compared
 * @param balanced the recommended threshold for everyday use
 * @param points one for each measured false match rate, any order
 * @since 0.1.0
 */
public record Calibration(
        String space,
        String dataSet,
        long impostorPairs,
        long genuinePairs,
        double balanced,
        List<OperatingPoint> points) {

    /**
     * One threshold and what it gave.
     *
     * @param fmr false match rate
     * @param threshold cosine at which it was reached
     * @param thresholdLow lower end of the threshold's 95 % interval
     * @param thresholdHigh upper end of it
     * @param fnmr false non-match rate at the threshold
     */
    public record OperatingPoint(
            double fmr, double threshold, double thresholdLow, double thresholdHigh, double fnmr) {}

    /** Copies the list. */
    public Calibration {
        Objects.requireNonNull(space, "space");
        Objects.requireNonNull(dataSet, "dataSet");
        points = List.copyOf(points);
    }

    /** The recommended threshold, with its origin. */
    public Threshold balancedThreshold() {
        return Threshold.of(balanced, "calibrated on " + dataSet);
    }

    /**
     * Turns a wished false match rate into a value.
     *
     * @param wish a threshold made by {@link Threshold#atFmr} or {@link Threshold#atFpir}
     * @throws IllegalArgumentException when the rate was not measured: no value is made up between or beyond the
     *     points. For a gallery, the next lower rate that was measured will do
     */
    Threshold resolve(Threshold wish) {
        double fmr = wish.fmr().orElseThrow();
        return points.stream()
                .filter(point -> point.fmr() <= fmr * (1 + 1e-9))
                .max(Comparator.comparingDouble(OperatingPoint::fmr))
                .filter(point -> wish.isForGallery() || point.fmr() >= fmr * (1 - 1e-9))
                .map(point -> wish.withValue(point.threshold(), origin(wish, point)))
                .orElseThrow(() -> new IllegalArgumentException(wish.wish() + " is not supported by " + dataSet + " ("
                        + impostorPairs + " impostor pairs)"
                        + (wish.isForGallery() ? ": it needs FMR " + (float) fmr + " or less in each comparison" : "")
                        + "; supported are "
                        + points.stream()
                                .map(OperatingPoint::fmr)
                                .sorted(Comparator.reverseOrder())
                                .toList()
                        + "; see docs/errors.md#fmr-not-supported"));
    }

    private String origin(Threshold wish, OperatingPoint point) {
        return String.format(
                Locale.ROOT,
                "%s on %s, 95 %% interval of the threshold [%.4f, %.4f], FNMR there %.4f",
                wish.isForGallery() ? wish.wish() + ", by FMR " + point.fmr() : wish.wish(),
                dataSet,
                point.thresholdLow(),
                point.thresholdHigh(),
                point.fnmr());
    }
}
