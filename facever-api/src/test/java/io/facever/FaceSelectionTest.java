package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FaceSelectionTest {
    private static final Face SURE = Fakes.face(0, 0, 20, 0.99);
    private static final Face LARGE = Fakes.face(100, 0, 80, 0.9);
    private static final Face CENTRAL = Fakes.face(90, 90, 20, 0.8);
    private static final List<Face> ALL = List.of(SURE, LARGE, CENTRAL);

    @Test
    void eachRulePicksItsFace() {
        assertThat(FaceSelection.LARGEST.select(ALL, 200, 200)).containsExactly(LARGE);
        assertThat(FaceSelection.MOST_CENTRAL.select(ALL, 200, 200)).containsExactly(CENTRAL);
        assertThat(FaceSelection.HIGHEST_SCORE.select(ALL, 200, 200)).containsExactly(SURE);
        assertThat(FaceSelection.ALL_PAIRS.select(ALL, 200, 200)).isEqualTo(ALL);
    }

    @Test
    void singleTakesTheOnlyFaceAndNoneOfSeveral() {
        assertThat(FaceSelection.SINGLE.select(List.of(LARGE), 200, 200)).containsExactly(LARGE);
        assertThat(FaceSelection.SINGLE.select(ALL, 200, 200)).isEmpty();
    }

    @Test
    void noRuleInventsAFace() {
        for (FaceSelection selection : FaceSelection.values()) {
            assertThat(selection.select(List.of(), 200, 200)).isEmpty();
        }
    }

    @Test
    void theEarlierFaceWinsATie() {
        Face first = Fakes.face(0, 0, 30, 0.9);
        Face second = Fakes.face(50, 0, 30, 0.9);
        assertThat(FaceSelection.LARGEST.select(List.of(first, second), 80, 30)).containsExactly(first);
    }
}
