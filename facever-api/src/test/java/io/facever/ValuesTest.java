package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    private static final EmbeddingSpace SPACE = EmbeddingSpace.of(Fakes.model().build(), "passing");

    @Test
    void iouOfABoxWithItselfIsOne() {
        Box box = new Box(1, 2, 4, 8);
        assertThat(box.iou(box)).isEqualTo(1);
    }

    @Test
    void iouCountsContinuousAreas() {
        // 2x2 each, sharing 1x2: 2 / (4 + 4 - 2)
        assertThat(new Box(0, 0, 2, 2).iou(new Box(1, 0, 3, 2))).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void iouOfEmptyOrDisjointBoxesIsZero() {
        assertThat(new Box(0, 0, 0, 0).iou(new Box(0, 0, 0, 0))).isZero();
        assertThat(new Box(0, 0, 1, 1).iou(new Box(2, 2, 3, 3))).isZero();
    }

    @Test
    void aBoxRefusesEdgesOutOfOrderAndNaN() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Box(2, 0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Box(Double.NaN, 0, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Box(0, 0, Double.POSITIVE_INFINITY, 1));
    }

    @Test
    void anImageKeepsItsOwnPixels() {
        byte[] rgb = {1, 2, 3, 4, 5, 6};
        Image image = Image.ofRgb(2, 1, rgb);
        rgb[0] = 99;
        image.toRgb()[1] = 99;
        assertThat(image.toRgb()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void anImageFromRowsDoesNotShareTheRow() {
        Image image = Image.ofRows(1, 2, (y, row) -> row[0] = (byte) (y + 1));
        assertThat(image.toRgb()).containsExactly(1, 0, 0, 2, 0, 0);
    }

    /** Counts how often it is asked; pixels say which row they are of. */
    private static final class CountingRows implements Image.RowSource, RandomAccess {
        private int asked;

        @Override
        public void readRow(int y, byte[] rgb) {
            asked++;
            Arrays.fill(rgb, 0, 6, (byte) (y + 1));
        }
    }

    @Test
    void anImageAsksARandomAccessSourceForRowsOnlyAsTheyAreRead() {
        CountingRows rows = new CountingRows();
        Image image = Image.ofRows(2, 3, rows);
        byte[] target = new byte[6];
        assertThat(rows.asked).isZero();
        image.read(0, 2, 2, target, 0);
        assertThat(target).containsOnly(3);
        image.read(0, 0, 2, target, 0);
        assertThat(target).containsOnly(1);
        assertThat(rows.asked).isEqualTo(2);
    }

    @Test
    void anImageOfARandomAccessSourceIsMadeOnceWhenLessThanARowIsRead() {
        CountingRows rows = new CountingRows();
        Image image = Image.ofRows(2, 3, rows);
        byte[] target = new byte[4];
        image.read(1, 1, 1, target, 1);
        assertThat(target).containsExactly(0, 2, 2, 2);
        assertThat(image.rgb(1, 2)).isEqualTo(0x030303);
        assertThat(image.toRgb()).containsExactly(1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3);
        assertThat(rows.asked).isEqualTo(3);
        assertThatThrownBy(() -> image.read(0, 0, 2, target, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anImageInMemoryNeedsItsSourceNoMore() {
        CountingRows rows = new CountingRows();
        Image image = Image.ofRows(2, 3, rows).inMemory();
        int asked = rows.asked;
        byte[] target = new byte[6];
        image.read(0, 2, 2, target, 0);
        assertThat(target).containsOnly(3);
        assertThat(rows.asked).isEqualTo(asked);
        assertThat(image.inMemory()).isSameAs(image);
    }

    @Test
    void anImageReadsPartOfARow() {
        Image image = Image.ofRgb(3, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        byte[] target = new byte[7];
        image.read(1, 0, 2, target, 1);
        assertThat(target).containsExactly(0, 4, 5, 6, 7, 8, 9);
        assertThatThrownBy(() -> image.read(2, 0, 2, target, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> image.read(0, 1, 1, target, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anImageRefusesSizesThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Image.ofRgb(2, 2, new byte[11]))
                .withMessageContaining("12")
                .withMessageContaining("11");
        assertThatIllegalArgumentException().isThrownBy(() -> Image.ofRgb(0, 2, new byte[0]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Image.ofRows(60_000, 60_000, (y, row) -> {}))
                .withMessageContaining("60000x60000");
    }

    @Property
    void anEmbeddingHasUnitLength(@ForAll @Size(2) List<@FloatRange(min = 0.01f, max = 1000) Float> values) {
        Embedding embedding = Embedding.of(SPACE, new float[] {values.get(0), values.get(1)});
        assertThat(embedding.cosine(embedding)).isCloseTo(1, within(1e-6)).isLessThanOrEqualTo(1);
    }

    @Property
    void anEmbeddingOfItsOwnNumbersIsTheSame(@ForAll @Size(2) List<@FloatRange(min = 0.01f, max = 1000) Float> values) {
        Embedding embedding = Embedding.of(SPACE, new float[] {values.get(0), values.get(1)});
        assertThat(Embedding.of(SPACE, embedding.toArray())).isEqualTo(embedding);
    }

    @Property
    void cosineIsSymmetricAndBounded(
            @ForAll @FloatRange(min = -1, max = 1) float a,
            @ForAll @FloatRange(min = -1, max = 1) float b,
            @ForAll @FloatRange(min = -1, max = 1) float c) {
        Embedding first = Embedding.of(SPACE, new float[] {a, 1});
        Embedding second = Embedding.of(SPACE, new float[] {b, c == 0 ? 1 : c});
        assertThat(first.cosine(second)).isEqualTo(second.cosine(first)).isBetween(-1.0, 1.0);
    }

    @Test
    void anEmbeddingKeepsItsOwnNumbersAndNeverPrintsThem() {
        float[] values = {0.6f, 0.8f};
        Embedding embedding = Embedding.of(SPACE, values);
        values[0] = 9;
        embedding.toArray()[1] = 9;
        assertThat(embedding.toArray()).containsExactly(0.6f, 0.8f);
        assertThat(embedding.toString()).contains("fake").doesNotContain("0.6").doesNotContain("0.8");
    }

    @Test
    void anEmbeddingRefusesZeroNaNAndAWrongCount() {
        assertThatIllegalArgumentException().isThrownBy(() -> Embedding.of(SPACE, new float[] {0, 0}));
        assertThatIllegalArgumentException().isThrownBy(() -> Embedding.of(SPACE, new float[] {Float.NaN, 1}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Embedding.of(SPACE, new float[3]))
                .withMessageContaining("2 numbers, found 3");
    }

    @Test
    void embeddingsOfTwoSpacesAreNotCompared() {
        Embedding aligned = Embedding.of(SPACE, new float[] {1, 0});
        Embedding cropped =
                Embedding.of(EmbeddingSpace.of(Fakes.model().build(), "crop margin=32"), new float[] {1, 0});
        assertThatThrownBy(() -> aligned.cosine(cropped))
                .isInstanceOf(EmbeddingMismatchException.class)
                .hasMessageContaining("passing")
                .hasMessageContaining("crop margin=32")
                .hasMessageEndingWith("[docs/errors.md#embedding-mismatch]");
    }

    @Test
    void theSpaceChangesWithWeightsAlignmentAndDimension() {
        ModelDescription other = ModelDescription.builder("fake", "fake-net", "other")
                .embeds(Fakes.CROP, 2)
                .build();
        ModelDescription larger = ModelDescription.builder("fake", "fake-net", "digest")
                .embeds(Fakes.CROP, 3)
                .build();
        assertThat(List.of(
                        SPACE.id(),
                        EmbeddingSpace.of(other, "passing").id(),
                        EmbeddingSpace.of(larger, "passing").id(),
                        EmbeddingSpace.of(Fakes.model().build(), "else").id()))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[0-9a-f]{64}"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, 1.0001, -1.0001, Double.POSITIVE_INFINITY})
    void aThresholdRefusesWhatIsNoCosine(double value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Threshold.of(value))
                .withMessageContaining(Double.toString(value))
                .withMessageContaining("[-1, 1]");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, 0, 1, -0.1, 2})
    void aThresholdRefusesWhatIsNoErrorRate(double fmr) {
        assertThatIllegalArgumentException().isThrownBy(() -> Threshold.atFmr(fmr));
        assertThatIllegalArgumentException().isThrownBy(() -> Threshold.atFpir(fmr, 10));
        assertThatIllegalArgumentException().isThrownBy(() -> Threshold.atFpir(0.01, 0));
    }

    @Property
    void aSimilarityAtTheThresholdMatches(@ForAll @DoubleRange(min = -1, max = 1) double value) {
        assertThat(Threshold.of(value).decide(value)).isEqualTo(Outcome.MATCH);
        assertThat(Threshold.of(value).decide(Math.nextDown(value))).isEqualTo(Outcome.NO_MATCH);
    }

    @Test
    void aWishedErrorRateHasNoValueBeforeItIsResolved() {
        Threshold wish = Threshold.atFmr(0.001);
        assertThat(wish.hasValue()).isFalse();
        assertThatIllegalStateException().isThrownBy(wish::value).withMessageContaining("0.001");
    }

    @Test
    void aScoreOutsideItsRangeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Fakes.face(0, 0, 10, 1.5));
        assertThatIllegalArgumentException().isThrownBy(() -> Fakes.face(0, 0, 10, Double.NaN));
    }

    @Test
    void aDeviceIsReadAsItIsPrinted() {
        for (Device device : List.of(Device.cpu(), Device.gpu(0), Device.gpu(3), Device.auto())) {
            assertThat(Device.parse(device.toString())).isEqualTo(device);
        }
        assertThat(Device.parse("GPU")).isEqualTo(Device.gpu());
        for (String other : List.of("", "gpu:", "gpu:-1", "gpu:x", "gpu:99999999999", "cpu:0", "tpu")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Device.parse(other))
                    .withMessageContaining("cpu, gpu, gpu:N or auto")
                    .withMessageContaining("'" + other + "'");
        }
    }

    @Test
    void onlyGpusHaveAnIndex() {
        assertThat(Device.gpu(1)).hasToString("gpu:1");
        assertThat(Device.auto()).hasToString("auto");
        assertThatIllegalArgumentException().isThrownBy(() -> Device.gpu(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Device(Device.Kind.CPU, 1));
    }
}
