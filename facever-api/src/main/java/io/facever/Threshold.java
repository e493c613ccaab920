package io.facever;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Where the similarity turns from "different people" to "same person": a cosine in [−1, 1], with a note on where it
 * came from. A pair matches when its similarity is at least the value.
 *
 * <p>{@link #atFmr} and {@link #atFpir} ask for an error rate instead of a value; a {@link FaceVerifier} turns it into
 * a value with the {@link Calibration} of its model, or refuses.
 *
 * @since 0.1.0
 */
public final class Threshold {
    private final double value;
    private final double fmr;
    /** How many templates a probe is compared with; 0 for a pair of photos. */
    private final long gallerySize;

    private final String origin;

    private Threshold(double value, double fmr, long gallerySize, String origin) {
        this.value = value;
        this.fmr = fmr;
        this.gallerySize = gallerySize;
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
        return new Threshold(cosine, Double.NaN, 0, origin);
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
        return new Threshold(Double.NaN, fmr, 0, "asked for by false match rate");
    }

    /**
     * The threshold for a search in a gallery: a probe of a person who is not in it finds somebody with at most this
     * probability. Each comparison then gets a false match rate of {@code fpir / gallerySize}. As the probability that
     * any of several events happens is at most the sum of theirs (Boole's inequality), this holds however the templates
     * of the gallery resemble each other, as far as the calibration holds; it errs on the side of fewer false
     * positives.
     *
     * <p>Resolving it takes the measured point with the highest false match rate that is low enough. A gallery so large
     * that the calibration data hold no such rate is refused.
     *
     * @param fpir false positive identification rate in (0, 1): 0.01 is one probe in a hundred
     * @param gallerySize templates in the gallery, at least 1; plan for what it will grow to
     * @throws IllegalArgumentException when the rate is NaN or outside, or the size less than 1
     */
    public static Threshold atFpir(double fpir, long gallerySize) {
        if (!(fpir > 0 && fpir < 1) || gallerySize < 1) {
            throw new IllegalArgumentException(
                    "a false positive identification rate lies between 0 and 1, found " + fpir
                            + ", and a gallery has at least 1 template, found " + gallerySize
                            + "; see docs/errors.md#threshold-out-of-range");
        }
        return new Threshold(
                Double.NaN, fpir / gallerySize, gallerySize, "asked for by false positive identification rate");
    }

    /** What {@link Calibration} makes of {@link #atFmr} and {@link #atFpir}. */
    Threshold withValue(double cosine, String valueOrigin) {
        return new Threshold(cosine, fmr, gallerySize, valueOrigin);
    }

    /** Whether a whole search was asked for, and not one comparison. */
    boolean isForGallery() {
        return gallerySize > 0;
    }

    /** What was asked for, for people. */
    String wish() {
        return isForGallery()
                ? "FPIR " + (float) (fmr * gallerySize) + " among " + gallerySize + " templates"
                : "FMR " + fmr;
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
            throw new IllegalStateException("the threshold for " + wish()
                    + " has no value before a FaceVerifier resolves it with its model's calibration;"
                    + " call FaceVerifier.resolve");
        }
        return value;
    }

    /** The false match rate of one comparison that was asked for, if one was. */
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
                && gallerySize == that.gallerySize
                && origin.equals(that.origin);
    }

    @Override
    public int hashCode() {
        return Objects.hash(value, fmr, gallerySize, origin);
    }

    @Override
    public String toString() {
        return hasValue()
                ? String.format(Locale.ROOT, "Threshold[%.4f, %s]", value, origin)
                : "Threshold[" + wish() + "]";
    }
}
