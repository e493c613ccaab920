package io.facever.facenet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.facever.Point;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class SimilarityTransformTest {
    private static final List<Point> FACE = Crops.landmarks().points();

    @Property(tries = 200)
    void recoversTheTransformThatMovedThePoints(
            @ForAll @DoubleRange(min = 0.05, max = 20) double scale,
            @ForAll @DoubleRange(min = -3.14, max = 3.14) double angle,
            @ForAll @DoubleRange(min = -5000, max = 5000) double tx,
            @ForAll @DoubleRange(min = -5000, max = 5000) double ty) {
        SimilarityTransform truth = new SimilarityTransform(scale * Math.cos(angle), scale * Math.sin(angle), tx, ty);

        SimilarityTransform found = SimilarityTransform.fit(FACE, moved(FACE, truth));

        assertThat(found.a()).isCloseTo(truth.a(), within(1e-9));
        assertThat(found.b()).isCloseTo(truth.b(), within(1e-9));
        assertThat(found.tx()).isCloseTo(truth.tx(), within(1e-8));
        assertThat(found.ty()).isCloseTo(truth.ty(), within(1e-8));
        assertThat(found.scale()).isCloseTo(scale, within(1e-9));
    }

    @Property(tries = 200)
    void movingTheFaceMovesNothingInTheCrop(
            @ForAll @DoubleRange(min = 0.1, max = 10) double scale,
            @ForAll @DoubleRange(min = -3.14, max = 3.14) double angle,
            @ForAll @DoubleRange(min = -10, max = 10) double nudge) {
        SimilarityTransform move = new SimilarityTransform(scale * Math.cos(angle), scale * Math.sin(angle), 100, -70);
        // no exact copy of the template, so that the fit leaves residues
        List<Point> face =
                List.of(new Point(12 + nudge, 14), FACE.get(1), new Point(20, 22 - nudge), FACE.get(3), FACE.get(4));

        List<Point> inCrop = moved(face, SimilarityTransform.fit(face, FACE));
        List<Point> movedFace = moved(face, move);
        List<Point> movedInCrop = moved(movedFace, SimilarityTransform.fit(movedFace, FACE));

        for (int i = 0; i < face.size(); i++) {
            assertThat(movedInCrop.get(i).distanceTo(inCrop.get(i))).isLessThan(1e-8);
        }
    }

    @Property(tries = 200)
    void noOtherTransformComesNearer(
            @ForAll @DoubleRange(min = -10, max = 10) double nudge,
            @ForAll @DoubleRange(min = -0.1, max = 0.1) double da,
            @ForAll @DoubleRange(min = -0.1, max = 0.1) double db,
            @ForAll @DoubleRange(min = -3, max = 3) double dx,
            @ForAll @DoubleRange(min = -3, max = 3) double dy) {
        List<Point> face =
                List.of(new Point(12 + nudge, 14), FACE.get(1), new Point(20, 22 - nudge), FACE.get(3), FACE.get(4));

        SimilarityTransform best = SimilarityTransform.fit(face, FACE);
        SimilarityTransform other =
                new SimilarityTransform(best.a() + da, best.b() + db, best.tx() + dx, best.ty() + dy);

        assertThat(squares(face, best)).isLessThanOrEqualTo(squares(face, other) + 1e-9);
    }

    @Property(tries = 200)
    void inverseLeadsBack(
            @ForAll @DoubleRange(min = 0.05, max = 20) double scale,
            @ForAll @DoubleRange(min = -3.14, max = 3.14) double angle,
            @ForAll @DoubleRange(min = -1000, max = 1000) double x) {
        SimilarityTransform there = new SimilarityTransform(scale * Math.cos(angle), scale * Math.sin(angle), 7, x);
        Point point = new Point(x, 3);

        assertThat(there.inverse().apply(there.apply(point)).distanceTo(point)).isLessThan(1e-9);
    }

    @Test
    void pointsThatAreAtTheirTargetsStay() {
        SimilarityTransform found = SimilarityTransform.fit(FACE, FACE);

        assertThat(found.a()).isCloseTo(1, within(1e-12));
        assertThat(found.b()).isCloseTo(0, within(1e-12));
        assertThat(found.tx()).isCloseTo(0, within(1e-12));
        assertThat(found.ty()).isCloseTo(0, within(1e-12));
    }

    @Test
    void aQuarterTurnOnTheScreenIsPositiveClockwise() {
        List<Point> turned =
                FACE.stream().map(point -> new Point(-point.y(), point.x())).toList();

        SimilarityTransform found = SimilarityTransform.fit(FACE, turned);

        assertThat(found.a()).isCloseTo(0, within(1e-12));
        assertThat(found.b()).isCloseTo(1, within(1e-12));
    }

    @Test
    void refusesPointsThatLieAllInOnePlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SimilarityTransform.fit(Collections.nCopies(5, new Point(3, 4)), FACE))
                .withMessageContaining("(3.0, 4.0)")
                .withMessageContaining("all in one place");
    }

    @Test
    void refusesMirroredPointsThatNoRotationBringsNearer() {
        // mirrored at the diagonal, a shape that is symmetric in its spread leaves no preferred angle
        List<Point> square = List.of(new Point(1, 0), new Point(0, 1), new Point(-1, 0), new Point(0, -1));
        List<Point> mirrored = List.of(new Point(0, 1), new Point(1, 0), new Point(0, -1), new Point(-1, 0));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> SimilarityTransform.fit(square, mirrored))
                .withMessageContaining("mirrored");
    }

    @Test
    void refusesAnotherNumberOfTargets() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SimilarityTransform.fit(FACE, FACE.subList(0, 4)))
                .withMessageContaining("5 points and 4 targets");
    }

    private static List<Point> moved(List<Point> points, SimilarityTransform transform) {
        return points.stream().map(transform::apply).toList();
    }

    private static double squares(List<Point> face, SimilarityTransform transform) {
        double sum = 0;
        for (int i = 0; i < face.size(); i++) {
            sum += Math.pow(transform.apply(face.get(i)).distanceTo(FACE.get(i)), 2);
        }
        return sum;
    }
}
