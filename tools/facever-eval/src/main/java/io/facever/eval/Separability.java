package io.facever.eval;

import java.util.EnumSet;
import java.util.Set;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;

/**
 * How far apart the cosine distances (1 − similarity) within and between people lie.
 *
 * @param intraMean mean distance of pairs of the same person
 * @param intraDeviation its standard deviation, with n − 1
 * @param interMean mean distance of pairs of different people
 * @param interDeviation its standard deviation, with n − 1
 * @since 0.1.0
 */
public record Separability(double intraMean, double intraDeviation, double interMean, double interDeviation) {
    /**
     * Of two sets of similarities.
     *
     * @param genuine similarities of pairs of the same person
     * @param impostor similarities of pairs of different people
     */
    public static Separability of(double[] genuine, double[] impostor) {
        DoubleStatistics intra = DoubleStatistics.of(meanAndDeviation(), genuine);
        DoubleStatistics inter = DoubleStatistics.of(meanAndDeviation(), impostor);
        return new Separability(
                1 - intra.getAsDouble(Statistic.MEAN),
                intra.getAsDouble(Statistic.STANDARD_DEVIATION),
                1 - inter.getAsDouble(Statistic.MEAN),
                inter.getAsDouble(Statistic.STANDARD_DEVIATION));
    }

    private static Set<Statistic> meanAndDeviation() {
        return EnumSet.of(Statistic.MEAN, Statistic.STANDARD_DEVIATION);
    }

    /** Mean distance between people over mean distance within. */
    public double ratio() {
        return interMean / intraMean;
    }

    /**
     * Sensitivity index d′: the distance of the means in units of the root mean square of both deviations (Daugman,
     * "Biometric decision landscapes", University of Cambridge technical report 482, 2000).
     */
    public double dPrime() {
        return Math.abs(interMean - intraMean)
                / Math.sqrt((intraDeviation * intraDeviation + interDeviation * interDeviation) / 2);
    }
}
