package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Nested
    class Proportions {
        @Test
        void intervalOfNoErrorIsTheKnownOne() {
            // 1 − 0.025^(1/100), printed in tables as 3.62 %
            Interval interval = new Proportion(0, 100).interval();
            assertThat(interval.low()).isZero();
            assertThat(interval.high()).isCloseTo(1 - Math.pow(0.025, 1 / 100.0), within(1e-9));
        }

        @Test
        void intervalOfTenInAHundredIsTheKnownOne() {
            Interval interval = new Proportion(10, 100).interval();
            assertThat(interval.low()).isCloseTo(0.0490, within(1e-4));
            assertThat(interval.high()).isCloseTo(0.1762, within(1e-4));
        }

        @Test
        void resamplingIsNotBelievedWhereNothingWentWrong() {
            Optional<Interval> nothing = Optional.of(new Interval(0, 0));
            assertThat(new Proportion(0, 21).intervalOr(nothing).orElseThrow().high())
                    .isCloseTo(1 - Math.pow(0.025, 1 / 21.0), within(1e-9));
            assertThat(new Proportion(21, 21).intervalOr(nothing).orElseThrow().low())
                    .isCloseTo(Math.pow(0.025, 1 / 21.0), within(1e-9));
            assertThat(new Proportion(3, 21).intervalOr(nothing)).isEqualTo(nothing);
        }

        @Test
        void largestRatioNeedsAnErrorInEachGroup() {
            assertThat(VerificationStudy.largestRatio(new double[] {0.02, 0.01, 0.04}))
                    .isEqualTo(4);
            assertThat(VerificationStudy.largestRatio(new double[] {0, 0.01})).isNaN();
            assertThat(VerificationStudy.largestRatio(new double[0])).isNaN();
        }

        @Test
        void ruleOfThree() {
            assertThat(Proportion.measurable(0.01, 1500)).isTrue();
            assertThat(Proportion.measurable(0.001, 1500)).isFalse();
            assertThat(Proportion.measurable(0.001, 3000)).isTrue();
        }
    }

    @Nested
    class Folds {
        @Test
        void thresholdComesFromTheOtherFolds() {
            // fold 0 alone would choose 0.4; the other fold chooses 0.7, at which fold 0 has its 0.5 wrong
            ScoredPairs pairs = ScoredPairs.of(
                    new double[] {0.9, 0.5, 0.3, 0.1, 0.9, 0.8, 0.6, 0.2},
                    new int[] {0, 0, 0, 0, 1, 1, 1, 1},
                    new int[] {0, 1, 2, 3, 4, 5, 6, 7},
                    new int[] {0, 1, 3, 2, 4, 5, 7, 6});
            FoldAccuracy accuracy = FoldAccuracy.of(pairs);
            assertThat(accuracy.thresholds().get(0)).isCloseTo(0.7, within(1e-12));
            assertThat(accuracy.thresholds().get(1)).isCloseTo(0.4, within(1e-12));
            assertThat(accuracy.folds()).containsExactly(0.75, 0.75);
            assertThat(accuracy.mean()).isEqualTo(0.75);
            assertThat(accuracy.standardDeviation()).isZero();
        }

        @Test
        void oneFoldIsRefused() {
            ScoredPairs pairs =
                    ScoredPairs.of(new double[] {0.9, 0.1}, new int[] {0, 0}, new int[] {0, 1}, new int[] {0, 2});
            assertThatThrownBy(() -> FoldAccuracy.of(pairs))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("two folds, found 1");
        }
    }

    @Nested
    class Bootstrap {
        @Test
        void intervalsHoldTheFigureAndRepeat() {
            ScoredPairs pairs = gaussianPairs(200, 3);
            List<SubjectBootstrap.Figure> figures =
                    List.of(sample -> sample.roc().auc(), sample -> sample.roc().eer());
            SubjectBootstrap bootstrap = new SubjectBootstrap(300, 5);
            List<Optional<Interval>> intervals = bootstrap.intervals(pairs, figures);
            Interval auc = intervals.get(0).orElseThrow();
            assertThat(pairs.roc().auc()).isBetween(auc.low(), auc.high());
            assertThat(auc.high() - auc.low()).isBetween(0.01, 0.2);
            assertThat(bootstrap.intervals(pairs, figures)).isEqualTo(intervals);
            assertThat(new SubjectBootstrap(300, 6).intervals(pairs, figures)).isNotEqualTo(intervals);
        }

        @Test
        void unitsAreWholePeople() {
            // a hundred pairs of one person are one observation, not a hundred: the share of people drawn decides
            int many = 100;
            double[] scores = new double[2 * many + 2];
            int[] first = new int[scores.length];
            int[] second = new int[scores.length];
            for (int i = 0; i < many; i++) {
                scores[i] = 0.9;
                scores[many + i] = 0.1;
                first[many + i] = 1;
                second[many + i] = 1;
            }
            scores[2 * many] = 0.5;
            second[2 * many] = 1;
            scores[2 * many + 1] = 0.5;
            second[2 * many + 1] = 1;
            ScoredPairs pairs = ScoredPairs.of(scores, new int[scores.length], first, second);
            Interval tar = new SubjectBootstrap(400, 1)
                    .intervals(
                            pairs,
                            List.of(sample -> sample.roc().atThreshold(0.6).tar()))
                    .get(0)
                    .orElse(new Interval(0, 1));
            // with two people every usable resample has each once: 0.5; half of the resamples are not usable
            assertThat(tar.low()).isIn(0.0, 0.5);
            assertThat(tar.high()).isIn(0.5, 1.0);
        }

        @Test
        void coversTheTruthAboutAsOftenAsStated() {
            int covered = 0;
            double truth = 0.921350; // Φ(2/√2)
            for (int trial = 0; trial < 60; trial++) {
                ScoredPairs pairs = gaussianPairs(120, 100 + trial);
                Interval interval = new SubjectBootstrap(200, trial)
                        .intervals(pairs, List.of(sample -> sample.roc().auc()))
                        .get(0)
                        .orElseThrow();
                covered += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
            }
            assertThat(covered).isGreaterThanOrEqualTo(53);
        }
    }

    @Nested
    class Distances {
        @Test
        void meansDeviationsRatioAndSensitivity() {
            Separability s = Separability.of(new double[] {0.8, 0.9, 1.0}, new double[] {0.0, 0.2, 0.4});
            assertThat(s.intraMean()).isCloseTo(0.1, within(1e-12));
            assertThat(s.intraDeviation()).isCloseTo(0.1, within(1e-12));
            assertThat(s.interMean()).isCloseTo(0.8, within(1e-12));
            assertThat(s.interDeviation()).isCloseTo(0.2, within(1e-12));
            assertThat(s.ratio()).isCloseTo(8, within(1e-9));
            assertThat(s.dPrime()).isCloseTo(0.7 / Math.sqrt(0.025), within(1e-9));
        }
    }

    @Nested
    class Histograms {
        @Test
        void valuesOutsideGoToTheEnds() {
            Histogram histogram = new Histogram(-1, 1, 4);
            for (double value : new double[] {-2, -1, -0.4, 0, 0.49, 0.5, 1, 3}) {
                histogram.add(value);
            }
            assertThat(IntStream.range(0, 4).mapToLong(histogram::count)).containsExactly(2L, 1L, 2L, 3L);
            assertThat(histogram.edge(0)).isEqualTo(-1);
            assertThat(histogram.edge(4)).isEqualTo(1);
            assertThat(histogram.edgeWithAbove(3)).isEqualTo(0.5);
            assertThat(histogram.edgeWithAbove(4)).isEqualTo(0);
            assertThat(histogram.edgeWithAbove(99)).isEqualTo(-1);
        }
    }

    @Nested
    class Logistic {
        @Test
        void twoGaussiansOfEqualSpreadGiveTheKnownLine() {
            // log odds of N(2,1) against N(0,1) are 2x − 2
            double[] genuine = new double[100_000];
            double[] impostor = new double[50_000];
            Random random = new Random(1);
            for (int i = 0; i < genuine.length; i++) {
                genuine[i] = 2 + random.nextGaussian();
            }
            for (int i = 0; i < impostor.length; i++) {
                impostor[i] = random.nextGaussian();
            }
            LogisticCalibration map = LogisticCalibration.fit(genuine, impostor);
            assertThat(map.slope()).isCloseTo(2, within(0.05));
            assertThat(map.intercept()).isCloseTo(-2, within(0.05));
            assertThat(map.probability(1)).isCloseTo(0.5, within(0.02));
        }

        @Test
        void perfectSeparationStaysFinite() {
            LogisticCalibration map = LogisticCalibration.fit(new double[] {0.8, 0.9}, new double[] {0.1, 0.2, 0.3});
            assertThat(map.slope()).isFinite().isPositive();
            assertThat(map.probability(0.9)).isBetween(0.6, 0.99);
            assertThat(map.probability(-1000)).isZero();
            assertThat(map.probability(1000)).isEqualTo(1);
        }

        @Property
        void higherSimilarityIsNeverLessLikely(
                @ForAll @DoubleRange(min = -1, max = 1) double a, @ForAll @DoubleRange(min = -1, max = 1) double b) {
            LogisticCalibration map = new LogisticCalibration(12, -5);
            assertThat(map.probability(Math.max(a, b))).isGreaterThanOrEqualTo(map.probability(Math.min(a, b)));
        }
    }

    @Nested
    class Search {
        @Test
        void tiesRankBehind() {
            double[] scores = {0.5, 0.7, 0.7, 0.1};
            assertThat(Identification.rank(scores, 1)).isEqualTo(2);
            assertThat(Identification.rank(scores, 0)).isEqualTo(3);
            assertThat(Identification.rank(new double[] {0.2}, 0)).isEqualTo(1);
        }

        @Test
        void ratesOfAHandCountedCase() {
            Identification search = Identification.of(
                    new int[] {1, 1, 3, 2}, new double[] {0.9, 0.4, 0.6, 0.7}, new double[] {0.3, 0.5, 0.2, 0.8, 0.1});
            assertThat(search.cmc(4)).containsExactly(0.5, 0.75, 1.0, 1.0);
            Identification.OpenSetPoint point = search.openSet(0.5);
            assertThat(point.fpir()).isEqualTo(0.4);
            assertThat(point.unknownRefused()).isEqualTo(0.6);
            assertThat(point.fnir()).isEqualTo(0.75);
            assertThat(search.atFpir(0.2).fpir()).isEqualTo(0.2);
            assertThat(search.atFpir(0.2).threshold()).isBetween(0.5, 0.500001);
            assertThat(search.atFpir(0).fpir()).isZero();
            assertThat(search.atFpir(1).fpir()).isEqualTo(1);
        }

        @Property
        void identificationRateNeverFallsWithTheRank(@ForAll @Size(min = 1, max = 20) int[] numbers) {
            int[] ranks =
                    IntStream.of(numbers).map(n -> 1 + Math.floorMod(n, 15)).toArray();
            List<Double> cmc = Identification.of(ranks, new double[ranks.length], new double[0])
                    .cmc(15);
            for (int k = 1; k < cmc.size(); k++) {
                assertThat(cmc.get(k)).isGreaterThanOrEqualTo(cmc.get(k - 1));
            }
            assertThat(cmc.get(14)).isEqualTo(1);
        }
    }

    @Nested
    class Sweep {
        private final Roc roc = Roc.of(new double[] {0.9, 0.8, 0.7, 0.6}, new double[] {0.55, 0.3, 0.2, 0.1});

        @Test
        void stepsIncludeBothEnds() {
            List<Roc.Point> points = ThresholdSweep.steps(roc, 0.5, 0.95, 0.01).points();
            assertThat(points).hasSize(46);
            assertThat(points.get(0).threshold()).isEqualTo(0.5);
            assertThat(points.get(7).threshold()).isEqualTo(0.57);
            assertThat(points.get(45).threshold()).isEqualTo(0.95);
        }

        @Test
        void picksLeastEqualErrorOrNothing() {
            Roc.Point chosen =
                    ThresholdSweep.exact(roc).leastEqualError(roc, 0.98, 0.01).orElseThrow();
            assertThat(chosen.threshold()).isEqualTo(0.6);
            assertThat(chosen.fmr()).isZero();
            Roc poor = Roc.of(new double[] {0.5, 0.1}, new double[] {0.6, 0.0});
            assertThat(ThresholdSweep.exact(poor).leastEqualError(poor, 0.98, 0.01))
                    .isEmpty();
        }
    }

    /** One genuine pair of each person, and one impostor pair of each with a next one: N(2,1) against N(0,1). */
    static ScoredPairs gaussianPairs(int people, long seed) {
        Random random = new Random(seed);
        double[] scores = new double[2 * people];
        int[] first = new int[scores.length];
        int[] second = new int[scores.length];
        for (int p = 0; p < people; p++) {
            scores[p] = 2 + random.nextGaussian();
            first[p] = p;
            second[p] = p;
            scores[people + p] = random.nextGaussian();
            first[people + p] = p;
            second[people + p] = (p + 1) % people;
        }
        return ScoredPairs.of(scores, new int[scores.length], first, second);
    }
}
