package io.facever.eval;

import java.util.stream.IntStream;

/**
 * A map from similarity to the probability that both images show the same person, where both cases are equally likely
 * beforehand: {@code 1 / (1 + exp(−(slope · similarity + intercept)))}.
 *
 * <p>Fitted by maximum likelihood with the targets of Platt ("Probabilistic outputs for support vector machines",
 * 1999), which keep it finite when the scores separate perfectly, by Newton's method with step halving as in Lin, Lin
 * and Weng ("A note on Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007). Each
 * class has half the weight, whatever the number of its pairs.
 *
 * @param slope change of the log odds with the similarity
 * @param intercept log odds at similarity 0
 * @since 0.1.0
 */
public record LogisticCalibration(double slope, double intercept) {
    private static final int MAX_STEPS = 200;
    private static final double SMALL_GRADIENT = 1e-10;

    /** Keeps the Hessian invertible when all scores are equal. */
    private static final double RIDGE = 1e-12;

    /** Probability of "same person" at a similarity. */
    public double probability(double similarity) {
        double odds = slope * similarity + intercept;
        // the form that does not overflow for either sign
        return odds >= 0 ? 1 / (1 + Math.exp(-odds)) : Math.exp(odds) / (1 + Math.exp(odds));
    }

    /**
     * Fits the map.
     *
     * @param genuine similarities of pairs of the same person, at least one, finite
     * @param impostor similarities of pairs of different people, at least one, finite
     */
    public static LogisticCalibration fit(double[] genuine, double[] impostor) {
        if (genuine.length == 0 || impostor.length == 0) {
            throw new IllegalArgumentException("a calibration needs pairs of both kinds, found " + genuine.length
                    + " genuine and " + impostor.length + " impostor pairs");
        }
        double highTarget = (genuine.length + 1.0) / (genuine.length + 2.0);
        double lowTarget = 1 / (impostor.length + 2.0);
        double slope = 0;
        double intercept = 0;
        double loss = loss(genuine, impostor, highTarget, lowTarget, slope, intercept);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] sums = new double[5];
            accumulate(sums, genuine, highTarget, slope, intercept);
            accumulate(sums, impostor, lowTarget, slope, intercept);
            double gradientSlope = sums[0];
            double gradientIntercept = sums[1];
            if (Math.hypot(gradientSlope, gradientIntercept) < SMALL_GRADIENT) {
                break;
            }
            double h11 = sums[2] + RIDGE;
            double h12 = sums[3];
            double h22 = sums[4] + RIDGE;
            double determinant = h11 * h22 - h12 * h12;
            double stepSlope = -(h22 * gradientSlope - h12 * gradientIntercept) / determinant;
            double stepIntercept = -(h11 * gradientIntercept - h12 * gradientSlope) / determinant;
            double length = 1;
            double next = loss(genuine, impostor, highTarget, lowTarget, slope + stepSlope, intercept + stepIntercept);
            while (!(next <= loss) && length > 1e-10) {
                length /= 2;
                next = loss(
                        genuine,
                        impostor,
                        highTarget,
                        lowTarget,
                        slope + length * stepSlope,
                        intercept + length * stepIntercept);
            }
            if (!(next <= loss)) {
                break;
            }
            slope += length * stepSlope;
            intercept += length * stepIntercept;
            loss = next;
        }
        return new LogisticCalibration(slope, intercept);
    }

    /** Adds gradient and Hessian of one class, which weighs one half. */
    private static void accumulate(double[] sums, double[] scores, double target, double slope, double intercept) {
        LogisticCalibration map = new LogisticCalibration(slope, intercept);
        double weight = 0.5 / scores.length;
        for (double score : scores) {
            double p = map.probability(score);
            double error = weight * (p - target);
            double curvature = weight * p * (1 - p);
            sums[0] += error * score;
            sums[1] += error;
            sums[2] += curvature * score * score;
            sums[3] += curvature * score;
            sums[4] += curvature;
        }
    }

    private static double loss(
            double[] genuine, double[] impostor, double high, double low, double slope, double intercept) {
        return crossEntropy(genuine, high, slope, intercept) + crossEntropy(impostor, low, slope, intercept);
    }

    private static double crossEntropy(double[] scores, double target, double slope, double intercept) {
        double sum = 0;
        for (double score : scores) {
            double odds = slope * score + intercept;
            // log(1 + exp(odds)) − target · odds, without overflow
            sum += Math.max(odds, 0) + Math.log1p(Math.exp(-Math.abs(odds))) - target * odds;
        }
        return sum * 0.5 / scores.length;
    }

    /**
     * Mean log loss, in nats, with each class weighing one half: how well the map foretells pairs that it was not
     * fitted on. Knowing nothing gives 0.693.
     */
    public double logLoss(double[] genuine, double[] impostor) {
        return crossEntropy(genuine, 1, slope, intercept) + crossEntropy(impostor, 0, slope, intercept);
    }

    /**
     * Fits on all folds but one and tries on that one, for each fold.
     *
     * @return mean log loss over the folds
     */
    static double crossValidatedLoss(ScoredPairs pairs) {
        return IntStream.range(0, pairs.foldCount())
                .mapToDouble(fold -> {
                    ScoredPairs training = pairs.where(i -> pairs.fold(i) != fold);
                    ScoredPairs held = pairs.where(i -> pairs.fold(i) == fold);
                    return fit(training.genuine(), training.impostor()).logLoss(held.genuine(), held.impostor());
                })
                .average()
                .orElse(Double.NaN);
    }
}
