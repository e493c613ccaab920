package io.facever.mtcnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Image;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixelSumsTest {
    private static final PixelSums.Parts ONE_BY_ONE =
            (count, part) -> IntStream.range(0, count).forEach(number -> part.accept(new PixelSums.Reader(), number));

    /** Room before and after the target that must stay as it was. */
    private static final int MARGIN = 3;

    @Property(tries = 300)
    void averagesThePixelsOfEachBin(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 50) int outWidth,
            @ForAll @IntRange(min = 1, max = 50) int outHeight,
            @ForAll long seed) {
        Random random = new Random(seed);
        int left = random.nextInt(4);
        int top = random.nextInt(4);
        byte[] rgb = new byte[3 * (left + width + random.nextInt(4)) * (top + height + random.nextInt(4))];
        random.nextBytes(rgb);
        int rowPixels = left + width;
        int rows = rgb.length / 3 / rowPixels;
        Image image = Image.ofRgb(rowPixels, rows, Arrays.copyOf(rgb, 3 * rowPixels * rows));
        float[] fromTable = resize(new PixelSums(), image, left, top, width, height, outWidth, outHeight);
        float[] fromPixels = resize(new PixelSums(0), image, left, top, width, height, outWidth, outHeight);
        assertThat(fromPixels).isEqualTo(fromTable);
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < outHeight; y++) {
                for (int x = 0; x < outWidth; x++) {
                    assertThat(fromTable[(channel * outHeight + y) * outWidth + x])
                            .isEqualTo(naive(image, channel, left, top, width, height, x, y, outWidth, outHeight));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "3,2", "4,2", "5,4", "300,120"})
    void keepsChannelsApartInBinsOfAnySize(int outWidth, int outHeight) {
        // bins of 36,000 pixels down to 1, of which the largest that a table serves is not far from its limit
        byte[] rgb = new byte[3 * 300 * 120];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i % 3 == 1 ? 0 : 255);
        }
        float[] means = resize(new PixelSums(), Image.ofRgb(300, 120, rgb), 0, 0, 300, 120, outWidth, outHeight);
        int plane = outWidth * outHeight;
        for (int i = 0; i < means.length; i++) {
            assertThat(means[i]).isEqualTo(i / plane == 1 ? 0 : 255);
        }
    }

    @Test
    void sumsTheLargestBinThatATableServesAndTheNext() {
        // 8,224 pixels of all the light there is: one row more would carry into the next channel
        for (int height : new int[] {257, 258}) {
            byte[] rgb = new byte[3 * 32 * height];
            Arrays.fill(rgb, (byte) 255);
            assertThat(resize(new PixelSums(), Image.ofRgb(32, height, rgb), 0, 0, 32, height, 1, 1))
                    .containsOnly(255);
        }
    }

    /** Bins in one band of the table, over the edge of two, from edge to edge, and over more than two. */
    @ParameterizedTest
    @CsvSource({
        "0,0,701,503,77,55",
        "5,125,600,126,90,126",
        "5,126,600,250,90,2",
        "640,100,61,400,61,8",
        "13,0,20,503,1,2",
        "13,3,16,500,1,1"
    })
    void fillsATableInBandsAsInOne(int left, int top, int columns, int rows, int outWidth, int outHeight) {
        int width = 701;
        int height = 503;
        byte[] rgb = new byte[3 * width * height];
        new Random(7).nextBytes(rgb);
        Image image = Image.ofRgb(width, height, rgb);
        FloatBuffer expected = Tensor.allocateBuffer(3 * outWidth * outHeight);
        FloatBuffer actual = Tensor.allocateBuffer(3 * outWidth * outHeight);
        PixelSums withoutTable = new PixelSums(0);
        withoutTable.use(image, ONE_BY_ONE);
        new PixelSums.Reader().on(withoutTable, left, top, columns, rows).resize(outWidth, outHeight, expected, 0);
        List<PixelSums.Parts> orders = List.of(
                ONE_BY_ONE,
                (count, part) -> IntStream.range(0, count)
                        .forEach(number -> part.accept(new PixelSums.Reader(), count - 1 - number)),
                (count, part) -> IntStream.range(0, count)
                        .parallel()
                        .forEach(number -> part.accept(new PixelSums.Reader(), number)));
        PixelSums sums = new PixelSums();
        for (PixelSums.Parts order : orders) {
            // a smaller one between, so that nothing of the table before is taken for right
            sums.use(Image.ofRgb(1, 1, new byte[3]), ONE_BY_ONE);
            sums.use(image, order);
            new PixelSums.Reader().on(sums, left, top, columns, rows).resize(outWidth, outHeight, actual, 0);
            assertThat(actual).isEqualTo(expected);
        }
    }

    private static float[] resize(
            PixelSums sums, Image image, int left, int top, int width, int height, int outWidth, int outHeight) {
        int length = 3 * outWidth * outHeight;
        FloatBuffer target = Tensor.allocateBuffer(length + 2 * MARGIN);
        sums.use(image, ONE_BY_ONE);
        new PixelSums.Reader().on(sums, left, top, width, height).resize(outWidth, outHeight, target, MARGIN);
        for (int i = 0; i < MARGIN; i++) {
            assertThat(target.get(i)).isZero();
            assertThat(target.get(MARGIN + length + i)).isZero();
        }
        float[] result = new float[length];
        target.get(MARGIN, result);
        return result;
    }

    /** The definition, with real numbers: bin from floor(i n / m) to ceil((i + 1) n / m). */
    private static float naive(
            Image image,
            int channel,
            int left,
            int top,
            int width,
            int height,
            int x,
            int y,
            int outWidth,
            int outHeight) {
        byte[] rgb = image.toRgb();
        double sum = 0;
        int count = 0;
        for (int row = (int) Math.floor((double) y * height / outHeight);
                row < Math.ceil((y + 1.0) * height / outHeight);
                row++) {
            for (int column = (int) Math.floor((double) x * width / outWidth);
                    column < Math.ceil((x + 1.0) * width / outWidth);
                    column++) {
                sum += rgb[3 * ((top + row) * image.width() + left + column) + channel] & 0xff;
                count++;
            }
        }
        return (float) (sum / count);
    }

    @Property(tries = 100)
    void roundsTheMeansToBytes(
            @ForAll @IntRange(min = 1, max = 60) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll @IntRange(min = 1, max = 30) int outWidth,
            @ForAll @IntRange(min = 2, max = 30) int outHeight,
            @ForAll long seed) {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).nextBytes(rgb);
        PixelSums sums = new PixelSums(0);
        sums.use(Image.ofRgb(width, height, rgb), ONE_BY_ONE);
        byte[] result = new byte[3 * outWidth * outHeight];
        PixelSums.Reader reader = new PixelSums.Reader().on(sums);
        reader.roundRows(outWidth, outHeight, 1, outHeight, result);
        reader.roundRows(outWidth, outHeight, 0, 1, result);
        for (int i = 0; i < result.length; i++) {
            int y = i / 3 / outWidth;
            int x = i / 3 % outWidth;
            int sum = 0;
            int count = 0;
            for (int row = PixelSums.binStart(y, height, outHeight);
                    row < PixelSums.binEnd(y, height, outHeight);
                    row++) {
                for (int column = PixelSums.binStart(x, width, outWidth);
                        column < PixelSums.binEnd(x, width, outWidth);
                        column++) {
                    sum += rgb[3 * (row * width + column) + i % 3] & 0xff;
                    count++;
                }
            }
            // half is rounded up
            assertThat(result[i] & 0xff).isEqualTo((2 * sum + count) / (2 * count));
        }
    }

    @Test
    void givesARowTheSameNumbersWhetherAloneOrAmongMany() {
        int width = 300;
        int height = 90;
        byte[] rgb = new byte[3 * 400 * 200];
        new Random(4).nextBytes(rgb);
        PixelSums sums = new PixelSums();
        float[] all = resize(sums, Image.ofRgb(400, 200, rgb), 0, 0, 400, 200, width, height);
        FloatBuffer row = Tensor.allocateBuffer(3 * width);
        PixelSums.Reader reader = new PixelSums.Reader().on(sums);
        for (int y = 0; y < height; y++) {
            reader.resizeRows(width, height, y, y + 1, row, 0);
            for (int i = 0; i < 3 * width; i++) {
                assertThat(all[(i / width * height + y) * width + i % width]).isEqualTo(row.get(i));
            }
        }
    }

    @Test
    void canBeUsedForASmallerImageAfterALargerOne() {
        PixelSums sums = new PixelSums();
        Image black = Image.ofRgb(30, 30, new byte[3 * 30 * 30]);
        byte[] bright = new byte[3 * 5 * 4];
        java.util.Arrays.fill(bright, (byte) 255);
        resize(sums, black, 0, 0, 30, 30, 12, 12);
        assertThat(resize(sums, Image.ofRgb(5, 4, bright), 0, 0, 5, 4, 2, 2)).containsOnly(255);
        assertThat(resize(sums, black, 0, 0, 30, 30, 12, 12)).containsOnly(0);
    }
}
