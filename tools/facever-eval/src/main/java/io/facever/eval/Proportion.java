package io.facever.eval;

import java.util.Optional;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * What a count of errors among independent trials says about the rate behind it.
 *
 * @param errors how many trials went wrong
 * @param trials how many there were
 * @since 0.1.0
 */
public record Proportion(long errors, long trials) {
    private static final double TAIL = 0.025;

    /** Checks the order. */
    public Proportion {
        if (errors < 0 || errors > trials) {
            throw new IllegalArgumentException(
                    "errors lie between 0 and the trials, found " + errors + " of " + trials);
        }
    }

    /** The observed rate; NaN without trials. */
    public double rate() {
        return (double) errors / trials;
    }

    /**
     * The exact 95 % interval of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the case
     * of the binomial", Biometrika 26, 1934). It takes the trials for independent, which pairs that share people are
     * not; {@link SubjectBootstrap} is for those.
     *
     * @return [0, 1] without trials
     */
    public Interval interval() {
        double low = errors == 0
                ? 0
                : BetaDistribution.of((double) errors, trials - errors + 1.0).inverseCumulativeProbability(TAIL);
        double high = errors == trials
                ? 1
                : BetaDistribution.of(errors + 1.0, (double) (trials - errors)).inverseSurvivalProbability(TAIL);
        return new Interval(low, high);
    }

    /**
     * The interval of a resampling, or {@link #interval} where nothing or everything went wrong: no resample can show
     * what never happened, and would claim to know the rate exactly.
     *
     * @param resampled what resampling gave
     */
    public Optional<Interval> intervalOr(Optional<Interval> resampled) {
        return errors == 0 || errors == trials ? Optional.of(interval()) : resampled;
    }

    /**
     * Whether so many trials can show an error rate at all: by the rule of three, no error among n trials leaves rates
     * up to 3/n possible at 95 % (Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249,
     * 1983). A rate below 3/n is called not measurable.
     *
     * @param rate the error rate of interest
     * @param trials how many trials there are
     */
    public static boolean measurable(double rate, long trials) {
        return rate * trials >= 3 - 1e-9;
    }
}
