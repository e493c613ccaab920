package io.facever.facenet;

import static io.facever.facenet.Crops.face;
import static io.facever.facenet.Crops.green;
import static io.facever.facenet.Crops.image;
import static io.facever.facenet.Crops.landmarks;
import static io.facever.facenet.Crops.ramp;
import static io.facever.facenet.Crops.red;
import static io.facever.facenet.Crops.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.facever.Aligner;
import io.facever.Box;
import io.facever.Face;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import io.facever.spi.AlignerProvider;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AlignersTest {
    static Stream<AlignerProvider> all() {
        return Stream.of(
                new SimilarityAlignment(),
                new SimilarityAlignment().withAntialias(true),
                new MarginCrop(),
                new CenterCrop());
    }

    @ParameterizedTest
    @MethodSource("all")
    void cropHasExactlyTheSizeAskedFor(AlignerProvider provider) {
        Aligner aligner = provider.create(spec(24, 31));

        Image crop = aligner.align(ramp(60, 50), face(landmarks())).image();

        assertThat(crop.width()).isEqualTo(24);
        assertThat(crop.height()).isEqualTo(31);
    }

    @ParameterizedTest
    @MethodSource("all")
    void cropCarriesTheIdOfItsAligner(AlignerProvider provider) {
        Aligner aligner = provider.create(spec(24, 31));

        assertThat(aligner.align(ramp(60, 50), face(landmarks())).alignment()).isEqualTo(aligner.id());
        assertThat(aligner.id())
                .startsWith(provider.name() + "/")
                .contains("24x31")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @MethodSource("all")
    void cropHasTheSamePixelsInWhateverOrderItsRowsAreRead(AlignerProvider provider) {
        Aligner aligner = provider.create(spec(24, 31));
        byte[] whole = aligner.align(ramp(60, 50), face(landmarks())).image().toRgb();
        Image crop = aligner.align(ramp(60, 50), face(landmarks())).image();

        byte[] row = new byte[3 * 24];
        // 7 and 31 have no common factor, so each row comes once
        for (int i = 0; i < 31; i++) {
            int y = 7 * i % 31;
            crop.read(0, y, 24, row, 0);
            assertThat(row).isEqualTo(Arrays.copyOfRange(whole, y * row.length, (y + 1) * row.length));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void imageOfOnePixelGivesACropOfItsColourAtMost(AlignerProvider provider) {
        Image crop = provider.create(spec(8, 8))
                .align(image(1, 1, (x, y) -> 0xc08040), face(new Box(-0.5, -0.5, 0.5, 0.5)))
                .image();

        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                assertThat(red(crop, x, y)).isLessThanOrEqualTo(0xc0);
            }
        }
    }

    @Test
    void everySettingThatChangesPixelsChangesTheId() {
        List<Aligner> aligners = List.of(
                new SimilarityAlignment().create(spec(40, 40)),
                new SimilarityAlignment().create(spec(40, 41)),
                new SimilarityAlignment().withTemplateScale(0.9).create(spec(40, 40)),
                new SimilarityAlignment().withAntialias(true).create(spec(40, 40)),
                new MarginCrop().create(spec(40, 40)),
                new MarginCrop().withMargin(16).create(spec(40, 40)),
                new CenterCrop().create(spec(40, 40)),
                new CenterCrop().withFraction(0.5).create(spec(40, 40)));

        assertThat(aligners.stream().map(Aligner::id)).doesNotHaveDuplicates();
        assertThat(new SimilarityAlignment().create(spec(40, 40)).id())
                .isEqualTo(aligners.get(0).id());
    }

    @Test
    void serviceLoaderFindsAllThreeAndPrefersSimilarity() {
        List<AlignerProvider> found = ServiceLoader.load(AlignerProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();

        assertThat(found).extracting(AlignerProvider::name).containsExactlyInAnyOrder("similarity", "crop", "center");
        assertThat(found.stream()
                        .max((one, other) -> Integer.compare(one.rank(), other.rank()))
                        .orElseThrow()
                        .name())
                .isEqualTo("similarity");
    }

    @Nested
    class Similarity {
        private final Aligner aligner = new SimilarityAlignment().create(spec(40, 40));

        @Test
        void faceThatLiesAsInTheTemplateIsCopiedPixelByPixel() {
            Image image = ramp(40, 40);

            assertThat(aligner.align(image, face(landmarks())).image().toRgb()).isEqualTo(image.toRgb());
        }

        @Test
        void faceShiftedByHalfAPixelIsInterpolated() {
            Landmarks shifted = map(1, 0, 0.5, 0);
            Image image = image(40, 40, (x, y) -> x % 2 == 0 ? 0x000000 : 0x640000);

            Image crop = aligner.align(image, face(shifted)).image();

            assertThat(red(crop, 10, 10)).isEqualTo(50);
            assertThat(red(crop, 11, 10)).isEqualTo(50);
        }

        @Test
        void outsideOfTheImageIsBlack() {
            Landmarks atTheEdge = map(1, 0, -20, 0);

            Image crop = aligner.align(image(40, 40, (x, y) -> 0xffffff), face(atTheEdge))
                    .image();

            assertThat(crop.rgb(19, 20)).isEqualTo(0);
            assertThat(crop.rgb(20, 20)).isEqualTo(0xffffff);
        }

        @Test
        void faceFarOutsideOfTheImageGivesABlackCrop() {
            Image crop = aligner.align(image(40, 40, (x, y) -> 0xffffff), face(map(1, 0, 1e12, -1e12)))
                    .image();

            assertThat(crop.toRgb()).containsOnly(0);
        }

        @Test
        void turnedFaceComesOutUpright() {
            // a quarter turn clockwise: (x, y) of the template lies at (39 − y, x) of the image
            Image image = ramp(40, 40);

            Image crop = aligner.align(image, face(map(0, 1, 39, 0))).image();

            assertThat(red(crop, 5, 9)).isEqualTo(39 - 9);
            assertThat(green(crop, 5, 9)).isEqualTo(5);
        }

        @Test
        void antialiasTakesTheMeanWherePlainSamplingSeesEverySecondPixelOnly() {
            Landmarks twice = map(2, 0, 0, 0);
            Image stripes = image(80, 80, (x, y) -> x % 2 == 0 ? 0xc80000 : 0);

            Image plain = aligner.align(stripes, face(twice)).image();
            Image mean = new SimilarityAlignment()
                    .withAntialias(true)
                    .create(spec(40, 40))
                    .align(stripes, face(twice))
                    .image();

            assertThat(red(plain, 20, 20)).isEqualTo(200);
            assertThat(red(mean, 20, 20)).isCloseTo(100, within(1));
        }

        @Test
        void smallerTemplateShowsMoreAroundTheFace() {
            Image image = ramp(60, 60);

            Image crop = new SimilarityAlignment()
                    .withTemplateScale(0.5)
                    .create(spec(40, 40))
                    .align(image, face(map(1, 0, 10, 10)))
                    .image();

            // the centre of the crop, 19.5, shows what it showed; one pixel beside it is now two of the image
            assertThat(red(crop, 19, 20)).isCloseTo(10 + 19, within(1));
            assertThat(red(crop, 24, 20) - red(crop, 14, 20)).isEqualTo(20);
        }

        @Test
        void refusesLandmarksInOnePlace() {
            Landmarks collapsed = Landmarks.of(Collections.nCopies(5, new Point(7, 7)));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> aligner.align(ramp(40, 40), face(collapsed)))
                    .withMessageContaining("all in one place");
        }

        @Test
        void refusesSettingsOutOfRange() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SimilarityAlignment().withTemplateScale(0))
                    .withMessageContaining("found 0.0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SimilarityAlignment().withTemplateScale(Double.NaN))
                    .withMessageContaining("found NaN");
        }

        /** The template's landmarks carried to where the face is to lie in the image. */
        private Landmarks map(double a, double b, double tx, double ty) {
            SimilarityTransform move = new SimilarityTransform(a, b, tx, ty);
            return Landmarks.of(landmarks().points().stream().map(move::apply).toList());
        }
    }

    @Nested
    class Margin {
        @Test
        void boxFillsAllOfTheCropButTheMargin() {
            // the box of 128 grows by 32 to the whole image of 160
            Image image = image(160, 160, (x, y) -> x << 16 | y << 8);
            Face face = face(new Box(15.5, 15.5, 143.5, 143.5));

            Image crop =
                    new MarginCrop().create(spec(160, 160)).align(image, face).image();

            assertThat(crop.toRgb()).isEqualTo(image.toRgb());
        }

        @Test
        void sameShareIsMarginInACropOfAnotherSize() {
            Image image = image(160, 160, (x, y) -> x << 16 | y << 8);
            Face face = face(new Box(15.5, 15.5, 143.5, 143.5));

            Image crop =
                    new MarginCrop().create(spec(80, 80)).align(image, face).image();

            // one pixel of the crop is two of the image, the mean of which lies between them
            assertThat(red(crop, 30, 40)).isCloseTo(60, within(1));
            assertThat(green(crop, 30, 40)).isCloseTo(80, within(1));
        }

        @Test
        void partOutsideOfTheImageIsCutOffBeforeResizing() {
            Image image = ramp(100, 100);
            Face face = face(new Box(-50.5, -0.5, 49.5, 99.5));

            Image crop = new MarginCrop()
                    .withMargin(0)
                    .create(spec(50, 100))
                    .align(image, face)
                    .image();

            assertThat(red(crop, 0, 50)).isEqualTo(0);
            assertThat(red(crop, 49, 50)).isEqualTo(49);
        }

        @Test
        void refusesABoxThatMissesTheImage() {
            Aligner aligner = new MarginCrop().create(spec(10, 10));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> aligner.align(ramp(20, 20), face(new Box(100, 100, 140, 140))))
                    .withMessageContaining("20x20")
                    .withMessageContaining("95.0");
        }

        @Test
        void refusesAMarginThatLeavesNoFace() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new MarginCrop().withMargin(160))
                    .withMessageContaining("found 160.0");
        }
    }

    @Nested
    class Center {
        @Test
        void takesTheLargestAreaOfTheCropsProportions() {
            Image image = ramp(100, 40);

            Image crop = new CenterCrop()
                    .create(spec(40, 40))
                    .align(image, face(landmarks()))
                    .image();

            assertThat(red(crop, 0, 0)).isEqualTo(30);
            assertThat(red(crop, 39, 0)).isEqualTo(69);
            assertThat(green(crop, 0, 39)).isEqualTo(39);
        }

        @Test
        void fractionTakesLess() {
            Image image = ramp(100, 80);

            Image crop = new CenterCrop()
                    .withFraction(0.5)
                    .create(spec(40, 40))
                    .align(image, face(landmarks()))
                    .image();

            assertThat(red(crop, 0, 0)).isEqualTo(30);
            assertThat(green(crop, 0, 0)).isEqualTo(20);
        }

        @Test
        void doesNotLookAtTheFace() {
            Aligner aligner = new CenterCrop().create(spec(40, 40));
            Image image = ramp(90, 90);

            assertThat(aligner.align(image, face(new Box(1, 2, 3, 4))).image().toRgb())
                    .isEqualTo(aligner.align(image, face(landmarks())).image().toRgb());
        }

        @Test
        void refusesAFractionOutOfRange() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new CenterCrop().withFraction(1.01))
                    .withMessageContaining("found 1.01");
        }
    }
}
