package io.facever.eval;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Error rates of attack detection in the terms of ISO/IEC 30107-3: APCER for each kind of attack by itself and never
 * pooled, BPCER, and the mean of BPCER and the worst APCER (ACER, of the first edition). Immutable.
 */
final class PresentationAttacks {
    /** Below so many images of a kind no rate is told: own choice; it would be a number about chance. */
    static final int LEAST = 30;

    private final double[] bonaFide;
    private final SortedMap<String, double[]> attacks;

    /**
     * Scores, high for alive.
     *
     * @param bonaFide of living people
     * @param attacks of each kind of attack
     */
    PresentationAttacks(double[] bonaFide, Map<String, double[]> attacks) {
        this.bonaFide = bonaFide.clone();
        this.attacks = new TreeMap<>();
        attacks.forEach((kind, scores) -> this.attacks.put(kind, scores.clone()));
    }

    /** How many images of each kind there are; of living people under {@link LivenessStudy#BONA_FIDE}. */
    SortedMap<String, Integer> counts() {
        SortedMap<String, Integer> counts = new TreeMap<>();
        counts.put(LivenessStudy.BONA_FIDE, bonaFide.length);
        attacks.forEach((kind, scores) -> counts.put(kind, scores.length));
        return counts;
    }

    /** Share of living people who are taken for an attack at a threshold; empty where too few were seen. */
    Optional<Proportion> bpcer(double threshold) {
        return enough(
                bonaFide,
                Arrays.stream(bonaFide).filter(score -> score < threshold).count());
    }

    /** Share of the attacks of one kind that are taken for a living person; empty where too few were seen. */
    Optional<Proportion> apcer(String kind, double threshold) {
        double[] scores = attacks.getOrDefault(kind, new double[0]);
        return enough(
                scores,
                Arrays.stream(scores).filter(score -> score >= threshold).count());
    }

    private static Optional<Proportion> enough(double[] scores, long errors) {
        return scores.length < LEAST ? Optional.empty() : Optional.of(new Proportion(errors, scores.length));
    }

    /** Mean of BPCER and the worst APCER; empty unless both were measured for every kind. */
    Optional<Double> acer(double threshold) {
        double worst = 0;
        for (String kind : attacks.keySet()) {
            Optional<Proportion> apcer = apcer(kind, threshold);
            if (apcer.isEmpty()) {
                return Optional.empty();
            }
            worst = Math.max(worst, apcer.get().rate());
        }
        double highest = worst;
        return attacks.isEmpty() ? Optional.empty() : bpcer(threshold).map(rate -> (rate.rate() + highest) / 2);
    }

    /**
     * The highest threshold at which not more than a share of the living people are refused; empty where too few were
     * seen to tell such a rate ({@link Proportion#measurable}).
     */
    Optional<Double> thresholdAtBpcer(double rate) {
        if (bonaFide.length < LEAST || !Proportion.measurable(rate, bonaFide.length)) {
            return Optional.empty();
        }
        double[] sorted = bonaFide.clone();
        Arrays.sort(sorted);
        // a score equal to the threshold is not refused
        return Optional.of(sorted[(int) Math.floor(rate * sorted.length + 1e-9)]);
    }
}
