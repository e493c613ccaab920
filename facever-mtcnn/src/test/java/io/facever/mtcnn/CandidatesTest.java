package io.facever.mtcnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    private static final int TRIES = 200;

    record Scored(Box box, float score) {}

    @Provide
    Arbitrary<List<Scored>> boxes() {
        // few corners and few scores, so that boxes overlap and scores tie
        Arbitrary<Integer> corner = Arbitraries.integers().between(-5, 40);
        Arbitrary<Integer> side = Arbitraries.integers().between(1, 30);
        Arbitrary<Float> score = Arbitraries.integers().between(0, 8).map(eighths -> eighths / 8f);
        return Combinators.combine(corner, corner, side, side, score)
                .as((x, y, width, height, s) -> new Scored(new Box(x, y, x + width, y + height), s))
                .list()
                .ofMaxSize(150);
    }

    @Property(tries = TRIES)
    void keepsTheBestBox(@ForAll("boxes") List<Scored> boxes, @ForAll @DoubleRange(max = 0.9) double limit) {
        List<Scored> kept = suppressed(boxes, limit, Candidates.Overlap.UNION);
        assertThat(kept.stream().findFirst())
                .isEqualTo(boxes.stream()
                        .sorted(Comparator.comparing(Scored::score).reversed())
                        .findFirst());
    }

    @Property(tries = TRIES)
    void keepsNoTwoBoxesThatOverlapTooMuch(
            @ForAll("boxes") List<Scored> boxes, @ForAll @DoubleRange(max = 0.9) double limit) {
        List<Scored> kept = suppressed(boxes, limit, Candidates.Overlap.UNION);
        for (int i = 0; i < kept.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(kept.get(i).box().iou(kept.get(j).box())).isLessThanOrEqualTo(limit);
            }
        }
    }

    @Property(tries = TRIES)
    void dropsOnlyWhatABetterKeptBoxOverlaps(
            @ForAll("boxes") List<Scored> boxes, @ForAll @DoubleRange(max = 0.9) double limit) {
        List<Scored> kept = suppressed(boxes, limit, Candidates.Overlap.UNION);
        for (Scored box : boxes) {
            if (!kept.contains(box)) {
                assertThat(kept).anySatisfy(better -> {
                    assertThat(better.score()).isGreaterThanOrEqualTo(box.score());
                    assertThat(better.box().iou(box.box())).isGreaterThan(limit);
                });
            }
        }
    }

    @Property(tries = TRIES)
    void changesNothingTheSecondTime(
            @ForAll("boxes") List<Scored> boxes,
            @ForAll @DoubleRange(max = 0.9) double limit,
            @ForAll Candidates.Overlap overlap) {
        List<Scored> once = suppressed(boxes, limit, overlap);
        assertThat(suppressed(once, limit, overlap)).isEqualTo(once);
    }

    @Property(tries = TRIES)
    void givesTheHighestScoreFirst(@ForAll("boxes") List<Scored> boxes, @ForAll Candidates.Overlap overlap) {
        assertThat(suppressed(boxes, 0.7, overlap))
                .isSortedAccordingTo(Comparator.comparing(Scored::score).reversed());
    }

    @Test
    void keepsTheEarlierOfEqualScores() {
        Scored first = new Scored(new Box(0, 0, 10, 10), 0.5f);
        Scored second = new Scored(new Box(1, 0, 11, 10), 0.5f);
        assertThat(suppressed(List.of(first, second), 0.5, Candidates.Overlap.UNION))
                .containsExactly(first);
        assertThat(suppressed(List.of(second, first), 0.5, Candidates.Overlap.UNION))
                .containsExactly(second);
    }

    @Test
    void dropsABoxInsideAnotherOnlyByMinimumArea() {
        Scored outer = new Scored(new Box(0, 0, 100, 100), 0.9f);
        Scored inner = new Scored(new Box(40, 40, 60, 60), 0.8f);
        assertThat(suppressed(List.of(outer, inner), 0.7, Candidates.Overlap.UNION))
                .containsExactly(outer, inner);
        assertThat(suppressed(List.of(outer, inner), 0.7, Candidates.Overlap.MINIMUM))
                .containsExactly(outer);
    }

    @Test
    void movesEdgesByFractionsOfTheBox() {
        Candidates boxes = new Candidates();
        boxes.add(10, 20, 30, 60, 0.5f);
        double[] fractions = {0.1, -0.1, 0.2, 0.5};
        for (int edge = 0; edge < Candidates.EDGES; edge++) {
            boxes.setRegression(0, edge, fractions[edge]);
        }
        boxes.regress(1);
        double[] expected = {10 + 2.1, 20 - 4.1, 30 + 4.2, 60 + 20.5};
        for (int edge = 0; edge < Candidates.EDGES; edge++) {
            assertThat(boxes.edge(0, edge)).isCloseTo(expected[edge], within(1e-6));
        }
    }

    @Property(tries = TRIES)
    void squaresAboutTheMiddleWithTheLongerSide(@ForAll("boxes") List<Scored> boxes) {
        Candidates candidates = candidates(boxes);
        candidates.square();
        for (int i = 0; i < boxes.size(); i++) {
            Box before = boxes.get(i).box();
            Box after = box(candidates, i);
            assertThat(after.width()).isCloseTo(Math.max(before.width(), before.height()), within(1e-9));
            assertThat(after.height()).isCloseTo(after.width(), within(1e-9));
            assertThat(after.center().distanceTo(before.center())).isLessThan(1e-9);
        }
    }

    @Property(tries = TRIES)
    void keepsWhatIsAboveAThresholdInOrder(@ForAll("boxes") List<Scored> boxes) {
        Candidates candidates = candidates(boxes);
        candidates.keepAbove(0.5);
        assertThat(list(candidates))
                .isEqualTo(boxes.stream().filter(box -> box.score() > 0.5).toList());
    }

    @Test
    void carriesPointsAndRegressionWithTheBox() {
        Candidates boxes = new Candidates();
        for (int i = 0; i < 100; i++) {
            boxes.add(100 * i, 0, 100 * i + 50, 50, i / 100f);
            boxes.setPoint(i, 7, i);
            boxes.setRegression(i, 0, i);
        }
        boxes.suppress(0.5, Candidates.Overlap.UNION);
        boxes.keepAbove(0.495);
        assertThat(boxes.size()).isEqualTo(50);
        for (int i = 0; i < boxes.size(); i++) {
            assertThat(boxes.point(i, 7)).isEqualTo(99 - i);
        }
        boxes.regress(0);
        assertThat(boxes.edge(0, 0)).isEqualTo(100 * 99 + 99 * 50);
    }

    private static List<Scored> suppressed(List<Scored> boxes, double limit, Candidates.Overlap overlap) {
        Candidates candidates = candidates(boxes);
        candidates.suppress(limit, overlap);
        return list(candidates);
    }

    private static Candidates candidates(List<Scored> boxes) {
        Candidates candidates = new Candidates();
        for (Scored scored : boxes) {
            Box box = scored.box();
            candidates.add(box.x1(), box.y1(), box.x2(), box.y2(), scored.score());
        }
        return candidates;
    }

    private static List<Scored> list(Candidates candidates) {
        List<Scored> list = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            list.add(new Scored(box(candidates, i), candidates.score(i)));
        }
        return list;
    }

    private static Box box(Candidates candidates, int index) {
        return new Box(
                candidates.edge(index, 0),
                candidates.edge(index, 1),
                candidates.edge(index, 2),
                candidates.edge(index, 3));
    }
}
