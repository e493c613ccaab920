package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final Face FACE = Fakes.face(10, 10, 40, 0.9);

    private static Image grey(int low, int high) {
        return Image.ofRows(60, 60, (y, row) -> {
            for (int i = 0; i < row.length; i++) {
                row[i] = (byte) ((i / 3 + y) % 2 == 0 ? low : high);
            }
        });
    }

    private static final Image BRIGHT = grey(60, 180);
    private static final Image DARK = grey(4, 20);

    /** Finds a face where the brightest of the first pixels reaches a limit, and notes what it was asked. */
    private static final class LimitDetector implements Detector {
        private final int limit;
        private final int limitAgain;
        private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

        LimitDetector(int limit, int limitAgain) {
            this.limit = limit;
            this.limitAgain = limitAgain;
        }

        private List<Face> find(Image image, int least) {
            return Math.max(image.rgb(0, 0) & 0xff, image.rgb(1, 0) & 0xff) >= least ? List.of(FACE) : List.of();
        }

        @Override
        public List<Face> detect(Image image) {
            calls.add("detect");
            return find(image, limit);
        }

        @Override
        public List<Face> detectAgain(Image image) {
            calls.add("again");
            return find(image, limitAgain);
        }
    }

    @Test
    void aFaceThatIsFoundAtOnceInLightStaysAsItIs() {
        LimitDetector detector = new LimitDetector(100, 0);
        assertThat(Recovery.detector(detector).detect(BRIGHT)).containsExactly(FACE);
        assertThat(Recovery.detector(detector).detectAll(List.of(BRIGHT, BRIGHT)))
                .containsExactly(List.of(FACE), List.of(FACE));
        assertThat(detector.calls).doesNotContain("again");
    }

    @Test
    void whereNothingIsFoundItLooksLessStrictlyAndSaysSo() {
        List<Face> found = Recovery.detector(new LimitDetector(200, 150)).detect(BRIGHT);
        assertThat(found).hasSize(1);
        assertThat(found.get(0).remedies()).containsExactly(Face.Remedy.LOWER_THRESHOLDS);
        assertThat(found.get(0).box()).isEqualTo(FACE.box());
    }

    @Test
    void thenItLooksInABrightenedCopyAndSaysSo() {
        assertThat(Recovery.detector(new LimitDetector(200, 200)).detect(DARK))
                .singleElement()
                .satisfies(face -> assertThat(face.remedies()).containsExactly(Face.Remedy.EXPOSURE));
        LimitDetector last = new LimitDetector(256, 200);
        assertThat(Recovery.detector(last).detect(DARK)).singleElement().satisfies(face -> assertThat(face.remedies())
                .containsExactlyInAnyOrder(Face.Remedy.EXPOSURE, Face.Remedy.LOWER_THRESHOLDS));
        assertThat(last.calls).containsExactly("detect", "again", "detect", "again");
    }

    @Test
    void whatIsNowhereIsNotFound() {
        assertThat(Recovery.detector(new LimitDetector(256, 256)).detect(DARK)).isEmpty();
    }

    @Test
    void aDarkFaceFoundAtOnceIsToldToBeBrightenedAndIs() {
        assertThat(Recovery.detector(new LimitDetector(0, 0)).detect(DARK))
                .singleElement()
                .satisfies(face -> assertThat(face.remedies()).containsExactly(Face.Remedy.EXPOSURE));

        List<Image> seen = new ArrayList<>();
        Aligner remembering = new Aligner() {
            @Override
            public FaceCrop align(Image image, Face face) {
                seen.add(image);
                return new FaceCrop(image, id());
            }

            @Override
            public String id() {
                return "remembering";
            }
        };
        Aligner recovering = Recovery.aligner(remembering);
        recovering.align(BRIGHT, FACE);
        recovering.align(DARK, FACE);
        assertThat(seen.get(0)).isSameAs(BRIGHT);
        assertThat(Luminance.of(seen.get(1)).mean()).isGreaterThan(100);
        assertThat(recovering.id()).isEqualTo("remembering");
    }

    @Test
    void brighteningUsesTheWholeRangeAndKeepsTheOrderOfThePixels() {
        Image bright = Recovery.brighten(DARK, Luminance.of(DARK));
        assertThat(bright.rgb(0, 0) & 0xff).isZero();
        assertThat(bright.rgb(1, 0) & 0xff).isEqualTo(255);
        Image black = grey(0, 0);
        assertThat(Recovery.brighten(black, Luminance.of(black)).toRgb()).containsOnly(0);
    }

    @Test
    void theVerifierUsesItOnlyWhenAsked() {
        for (boolean on : List.of(true, false)) {
            try (FaceVerifier verifier = FaceVerifier.builder()
                    .decoder(new Fakes.BytesDecoder())
                    .detector(new LimitDetector(200, 150))
                    .aligner(new Fakes.PassingAligner())
                    .embedder(new Fakes.AngleEmbedder(
                            Fakes.model().threshold(Threshold.of(0.5)).build()))
                    .recovery(on)
                    .build()) {
                assertThat(verifier.detect(BRIGHT)).hasSize(on ? 1 : 0);
                assertThat(verifier.verify(BRIGHT, BRIGHT).outcome())
                        .isEqualTo(on ? Outcome.MATCH : Outcome.INCONCLUSIVE);
            }
        }
    }
}
