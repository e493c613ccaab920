package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class RocTest {
    private static final double[] GENUINE = {0.9, 0.8, 0.7, 0.4};
    private static final double[] IMPOSTOR = {0.6, 0.5, 0.3, 0.2, 0.1};

    @Test
    void areaOfAHandCountedCase() {
        // 0.4 is below 0.6 and 0.5: 18 of the 20 comparisons are in order
        assertThat(Roc.of(GENUINE, IMPOSTOR).auc()).isCloseTo(18 / 20.0, within(1e-12));
    }

    @Test
    void tiesCountHalf() {
        assertThat(Roc.of(new double[] {0.5, 0.7}, new double[] {0.5, 0.1}).auc())
                .isCloseTo(3.5 / 4, within(1e-12));
        assertThat(Roc.of(new double[] {1, 1, 1}, new double[] {1, 1}).auc()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void equalErrorOfAHandCountedCase() {
        // TAR stays 3/4 from FMR 0 to 2/5, so FMR = FNMR = 1/4 lies on that level
        Roc.Point equal = Roc.of(GENUINE, IMPOSTOR).equalError();
        assertThat(equal.fmr()).isCloseTo(0.25, within(1e-12));
        // between the vertices of 0.6 (FMR 0.2) and 0.5 (FMR 0.4), a quarter of the way
        assertThat(equal.threshold()).isCloseTo(0.575, within(1e-12));
    }

    @Test
    void perfectScoresHaveNoError() {
        Roc roc = Roc.of(new double[] {0.8, 0.9}, new double[] {0.1, 0.2});
        assertThat(roc.auc()).isEqualTo(1);
        assertThat(roc.eer()).isZero();
        assertThat(roc.accuracy(roc.bestThreshold())).isEqualTo(1);
        assertThat(roc.bestThreshold()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void reversedScoresAreAllWrong() {
        Roc roc = Roc.of(new double[] {0.1}, new double[] {0.9});
        assertThat(roc.auc()).isZero();
        assertThat(roc.eer()).isEqualTo(1);
    }

    @Test
    void rateAtALimitTakesTheHighestVertexBelowIt() {
        Roc roc = Roc.of(GENUINE, IMPOSTOR);
        assertThat(roc.atFmr(0.19).tar()).isEqualTo(0.75);
        assertThat(roc.atFmr(0.19).fmr()).isZero();
        assertThat(roc.atFmr(0.4)).isEqualTo(new Roc.Point(0.35, 0.4, 1));
        assertThat(roc.atFmr(1).tar()).isEqualTo(1);
    }

    @Test
    void rateAtAThresholdCountsScoresOnIt() {
        Roc roc = Roc.of(GENUINE, IMPOSTOR);
        assertThat(roc.atThreshold(0.6)).isEqualTo(new Roc.Point(0.6, 0.2, 0.75));
        assertThat(roc.atThreshold(0.61).fmr()).isZero();
        assertThat(roc.atThreshold(2).tar()).isZero();
        assertThat(roc.atThreshold(-1)).isEqualTo(new Roc.Point(-1, 1, 1));
    }

    @Test
    void bestThresholdOfAHandCountedCase() {
        // at 0.65: 3 of 4 and 5 of 5 right; no other threshold reaches 8 of 9
        Roc roc = Roc.of(GENUINE, IMPOSTOR);
        assertThat(roc.bestThreshold()).isCloseTo(0.65, within(1e-12));
        assertThat(roc.accuracy(0.65)).isCloseTo(8 / 9.0, within(1e-12));
    }

    @Test
    void infiniteScoresAreErrorsAtEveryThreshold() {
        Roc roc = Roc.of(new double[] {0.9, Double.NEGATIVE_INFINITY}, new double[] {0.1, Double.POSITIVE_INFINITY});
        assertThat(roc.atThreshold(0.5)).isEqualTo(new Roc.Point(0.5, 0.5, 0.5));
        assertThat(roc.accuracy(0.5)).isEqualTo(0.5);
        assertThat(roc.eer()).isEqualTo(0.5);
    }

    @Test
    void areaOfTwoGaussiansIsTheKnownOne() {
        Random random = new Random(7);
        double[] genuine = random.doubles(200_000).map(u -> gaussian(u) + 2).toArray();
        double[] impostor = random.doubles(200_000).map(RocTest::gaussian).toArray();
        Roc roc = Roc.of(genuine, impostor);
        double area = NormalDistribution.of(0, 1).cumulativeProbability(2 / Math.sqrt(2));
        double equalError = NormalDistribution.of(0, 1).cumulativeProbability(-1);
        assertThat(roc.auc()).isCloseTo(area, within(0.001));
        assertThat(roc.eer()).isCloseTo(equalError, within(0.002));
        assertThat(roc.equalError().threshold()).isCloseTo(1, within(0.02));
    }

    private static double gaussian(double u) {
        return NormalDistribution.of(0, 1).inverseCumulativeProbability(u);
    }

    @Test
    void refusesNothingToCompare() {
        assertThatThrownBy(() -> Roc.of(new double[0], IMPOSTOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.0 and 5.0");
        assertThatThrownBy(() -> Roc.of(new double[] {Double.NaN}, IMPOSTOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
    }

    @Property
    void areaDoesNotChangeUnderMonotoneMaps(
            @ForAll @Size(min = 1, max = 30) int[] genuine, @ForAll @Size(min = 1, max = 30) int[] impostor) {
        double[] g = scores(genuine);
        double[] i = scores(impostor);
        Roc plain = Roc.of(g, i);
        Roc mapped = Roc.of(
                Arrays.stream(g).map(x -> Math.exp(3 * x) - 5).toArray(),
                Arrays.stream(i).map(x -> Math.exp(3 * x) - 5).toArray());
        assertThat(mapped.auc()).isEqualTo(plain.auc());
        assertThat(mapped.eer()).isEqualTo(plain.eer());
    }

    @Property
    void areaIsTheShareOfComparisonsInOrder(
            @ForAll @Size(min = 1, max = 30) int[] genuine, @ForAll @Size(min = 1, max = 30) int[] impostor) {
        double[] g = scores(genuine);
        double[] i = scores(impostor);
        double inOrder = 0;
        for (double a : g) {
            for (double b : i) {
                inOrder += a > b ? 1 : a == b ? 0.5 : 0;
            }
        }
        assertThat(Roc.of(g, i).auc()).isCloseTo(inOrder / (g.length * i.length), within(1e-12));
    }

    @Property
    void equalErrorLiesOnTheCurve(
            @ForAll @Size(min = 1, max = 30) int[] genuine, @ForAll @Size(min = 1, max = 30) int[] impostor) {
        Roc roc = Roc.of(scores(genuine), scores(impostor));
        Roc.Point equal = roc.equalError();
        assertThat(equal.fmr()).isCloseTo(equal.fnmr(), within(1e-12));
        double distance = Double.MAX_VALUE;
        for (int k = 1; k < roc.size(); k++) {
            distance = Math.min(distance, distance(equal, roc.point(k - 1), roc.point(k)));
        }
        assertThat(distance).isLessThan(1e-9);
    }

    private static double distance(Roc.Point p, Roc.Point a, Roc.Point b) {
        double dx = b.fmr() - a.fmr();
        double dy = b.tar() - a.tar();
        double share = ((p.fmr() - a.fmr()) * dx + (p.tar() - a.tar()) * dy) / (dx * dx + dy * dy);
        double clipped = Math.max(0, Math.min(1, share));
        return Math.hypot(p.fmr() - a.fmr() - clipped * dx, p.tar() - a.tar() - clipped * dy);
    }

    @Property
    void ratesRiseAsTheThresholdFalls(
            @ForAll @Size(min = 1, max = 30) int[] genuine, @ForAll @Size(min = 1, max = 30) int[] impostor) {
        Roc roc = Roc.of(scores(genuine), scores(impostor));
        for (int k = 1; k < roc.size(); k++) {
            assertThat(roc.point(k).threshold()).isLessThan(roc.point(k - 1).threshold());
            assertThat(roc.point(k).fmr())
                    .isGreaterThanOrEqualTo(roc.point(k - 1).fmr());
            assertThat(roc.point(k).tar())
                    .isGreaterThanOrEqualTo(roc.point(k - 1).tar());
        }
        assertThat(roc.point(roc.size() - 1).fmr()).isEqualTo(1);
        assertThat(roc.point(roc.size() - 1).tar()).isEqualTo(1);
    }

    @Property
    void thresholdForALimitKeepsTheLimit(
            @ForAll @Size(min = 1, max = 30) int[] genuine,
            @ForAll @Size(min = 1, max = 30) int[] impostor,
            @ForAll @DoubleRange(min = 0, max = 1) double limit) {
        Roc roc = Roc.of(scores(genuine), scores(impostor));
        Roc.Point point = roc.atFmr(limit);
        assertThat(point.fmr()).isLessThanOrEqualTo(limit + 1e-12);
        assertThat(roc.atThreshold(point.threshold()).fmr()).isEqualTo(point.fmr());
        assertThat(roc.atThreshold(point.threshold()).tar()).isEqualTo(point.tar());
    }

    @Property
    void noThresholdIsBetterThanTheBest(
            @ForAll @Size(min = 1, max = 20) int[] genuine,
            @ForAll @Size(min = 1, max = 20) int[] impostor,
            @ForAll @IntRange(min = -12, max = 12) int other) {
        Roc roc = Roc.of(scores(genuine), scores(impostor));
        assertThat(roc.accuracy(roc.bestThreshold())).isGreaterThanOrEqualTo(roc.accuracy(other / 10.0) - 1e-12);
    }

    /** Few distinct values, so that there are ties. */
    private static double[] scores(int[] numbers) {
        return Arrays.stream(numbers)
                .mapToDouble(n -> Math.floorMod(n, 21) / 10.0 - 1)
                .toArray();
    }
}
