package io.facever.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Ranks of probes in a gallery, and what follows from them: the cumulative match characteristic of the closed set, and
 * the error rates of the open set (Grother and Ngan, NIST Interagency Report 8009, 2014). Immutable.
 *
 * <p>Ties count against the system: a stranger with the same score as the right person ranks before.
 *
 * @since 0.1.0
 */
public final class Identification {
    private final int[] ranks;
    private final double[] mateScores;
    private final double[] unknownTops;

    private Identification(int[] ranks, double[] mateScores, double[] unknownTops) {
        this.ranks = ranks;
        this.mateScores = mateScores;
        this.unknownTops = unknownTops;
    }

    /**
     * A search that was made.
     *
     * @param ranks for each probe of a known person the rank of that person, from 1
     * @param mateScores for each the similarity with that person
     * @param unknownTops for each probe of an unknown person the highest similarity with anybody
     */
    public static Identification of(int[] ranks, double[] mateScores, double[] unknownTops) {
        if (ranks.length != mateScores.length) {
            throw new IllegalArgumentException("each known probe has a rank and a score, found " + ranks.length
                    + " ranks and " + mateScores.length + " scores");
        }
        return new Identification(ranks.clone(), mateScores.clone(), unknownTops.clone());
    }

    /**
     * Rank of the right person among scores against a gallery.
     *
     * @param scores similarity with each entry of the gallery
     * @param mate index of the right one
     */
    public static int rank(double[] scores, int mate) {
        int rank = 1;
        for (int i = 0; i < scores.length; i++) {
            rank += i != mate && scores[i] >= scores[mate] ? 1 : 0;
        }
        return rank;
    }

    /** How many probes show a person of the gallery. */
    public int knownProbes() {
        return ranks.length;
    }

    /** How many probes show somebody else. */
    public int unknownProbes() {
        return unknownTops.length;
    }

    /**
     * Share of known probes whose person is among the best {@code rank}.
     *
     * @param rank from 1
     */
    public double identificationRate(int rank) {
        return Arrays.stream(ranks).filter(r -> r <= rank).count() / (double) ranks.length;
    }

    /**
     * The cumulative match characteristic.
     *
     * @param upTo highest rank
     * @return the identification rate at ranks 1, 2, …
     */
    public List<Double> cmc(int upTo) {
        List<Double> rates = new ArrayList<>(upTo);
        for (int rank = 1; rank <= upTo; rank++) {
            rates.add(identificationRate(rank));
        }
        return List.copyOf(rates);
    }

    /** Rates of the open set at one threshold: FPIR, strangers with an alarm; FNIR, known people missed or misnamed. */
    public record OpenSetPoint(double threshold, double fpir, double fnir) {
        /** Share of strangers who are rightly refused. */
        public double unknownRefused() {
            return 1 - fpir;
        }
    }

    /**
     * Rates at one threshold.
     *
     * @param threshold a candidate is reported when its similarity is at least this
     */
    public OpenSetPoint openSet(double threshold) {
        long alarms = Arrays.stream(unknownTops).filter(top -> top >= threshold).count();
        long hits = 0;
        for (int i = 0; i < ranks.length; i++) {
            hits += ranks[i] == 1 && mateScores[i] >= threshold ? 1 : 0;
        }
        return new OpenSetPoint(threshold, alarms / (double) unknownTops.length, 1 - hits / (double) ranks.length);
    }

    /**
     * The lowest threshold whose FPIR is not above a limit.
     *
     * @param limit share of strangers with an alarm
     */
    public OpenSetPoint atFpir(double limit) {
        double[] sorted = unknownTops.clone();
        Arrays.sort(sorted);
        int allowed = (int) Math.floor(limit * sorted.length + 1e-9);
        double threshold = allowed >= sorted.length ? -1 : Math.nextUp(sorted[sorted.length - 1 - allowed]);
        return openSet(threshold);
    }
}
