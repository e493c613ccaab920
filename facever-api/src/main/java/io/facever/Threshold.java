package io.facever;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Where the similarity turns from "different people" to "same person": a cosine in [−1, 1], with a note on where it
 * came from. A pair matches when its similarity is at least the value.
 *
 * <p>{@link #atFmr} asks for an error rate instead of a value; a {@link FaceVerifier} turns it into a value with the
 * {@link Calibration} of its model, or refuses.
 *
 * @since 0.1.0
 */
public final class Threshold {
    private final double value;
    private final double fmr;
    private final String origin;

    private Threshold(double value, double fmr, String origin) {
        this.value = value;
        this.fmr = fmr;
        this.origin = Objects.requireNonNull(origin, "origin");
    }

    /**
     * A value chosen by the caller.
     *
     * @param cosine in [−1, 1]
     * @throws IllegalArgumentException when it is NaN or outside
     */
    public static Threshold of(double cosine) {
        return of(cosine, "set by the caller");
    }

    /**
     * A value with a note on where it came from.
     *
     * @param cosine in [−1, 1]
     * @param origin data set, protocol, error rate: whatever lets a reader judge the value
     * @throws IllegalArgumentException when the value is NaN or outside
     */
    public static Threshold of(double cosine, String origin) {
        if (!(cosine >= -1 && cosine <= 1)) {
            throw new IllegalArgumentException("a threshold is a cosine in [-1, 1], found " + cosine
                    + "; see docs/errors.md#threshold-out-of-range");
        }
        return new Threshold(cosine, Double.NaN, origin);
    }

    /**
     * The threshold at which the model's calibration data showed this false match rate.
     *
     * @param fmr share of pairs of different people that match, in (0, 1): 0.001 is one in a thousand
     * @throws IllegalArgumentException when it is NaN or outside
     */
    public static Threshold atFmr(double fmr) {
        if (!(fmr > 0 && fmr < 1)) {
            throw new IllegalArgumentException("a false match rate lies between 0 and 1, found " + fmr
                    + "; see docs/errors.md#threshold-out-of-range");
        }
        return new Threshold(Double.NaN, fmr, "asked for by false match rate");
    }

    /** What {@link Calibration} makes of {@link #atFmr}. */
    Threshold withValue(double cosine, String valueOrigin) {
        return new Threshold(cosine, fmr, valueOrigin);
    }

    /** Whether there is a value already, and not only an error rate that was asked for. */
    public boolean hasValue() {
        return !Double.isNaN(value);
    }

    /**
     * The cosine in [−1, 1].
     *
     * @throws IllegalStateException when only an error rate was asked for; {@link FaceVerifier#resolve} gives the value
     */
    public double value() {
        if (!hasValue()) {
            throw new IllegalStateException("the threshold for FMR " + fmr
                    + " has no value before a FaceVerifier resolves it with its model's calibration;"
                    + " call FaceVerifier.resolve");
        }
        return value;
    }

    /** The false match rate that was asked for, if one was. */
    public OptionalDouble fmr() {
        return Double.isNaN(fmr) ? OptionalDouble.empty() : OptionalDouble.of(fmr);
    }

    /** Where the value came from. */
    public String origin() {
        return origin;
    }

    /**
     * Holds a similarity against the value.
     *
     * @param similarity cosine in [−1, 1]
     */
    public Outcome decide(double similarity) {
        return similarity >= value() ? Outcome.MATCH : Outcome.NO_MATCH;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Threshold that
                && Double.compare(value, that.value) == 0
                && Double.compare(fmr, that.fmr) == 0
                && origin.equals(that.origin);
    }

    @Override
    public int hashCode() {
        return Objects.hash(value, fmr, origin);
    }

    @Override
    public String toString() {
        return hasValue()
                ? String.format(Locale.ROOT, "Threshold[%.4f, %s]", value, origin)
                : "Threshold[FMR " + fmr + "]";
    }
}
