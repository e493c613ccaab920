package io.facever.mtcnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Box;
import io.facever.Detector;
import io.facever.EngineException;
import io.facever.Face;
import io.facever.Image;
import io.facever.Point;
import io.facever.spi.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MtcnnDetectorTest {
    private static final Offset<Double> ROUNDING = Offset.offset(1e-4);

    /** R-Net and O-Net that believe every crop and leave its box alone; landmarks in the middle of the box. */
    private static FakeNetworks believers() {
        return new FakeNetworks()
                .with("rnet", (input, output) -> believe(input, output, 0.9))
                .with("onet", (input, output) -> {
                    believe(input, output, 0.99);
                    for (int crop = 0; crop < input.shape()[0]; crop++) {
                        for (int number = 5; number < 15; number++) {
                            FakeNetworks.put(output, crop, number, 0.5);
                        }
                    }
                });
    }

    private static void believe(Tensor input, Tensor output, double score) {
        for (int i = 0; i < input.shape()[0]; i++) {
            FakeNetworks.putScore(output, i, score);
        }
    }

    /** A P-Net that is sure of one cell of the scale with this width of input. */
    private static FakeNetworks.Network proposing(int inputWidth, int column, int row) {
        return (input, output) -> {
            int width = (int) input.shape()[3];
            if (width == inputWidth) {
                int columns = MtcnnDetector.cells(width);
                FakeNetworks.putScore(output, row * columns + column, 0.8);
            }
        };
    }

    private static Image gray(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) 128);
        return Image.ofRgb(width, height, rgb);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "11, 300", "19, 19", "4000, 3"})
    void findsNothingInImagesSmallerThanAFaceAndRunsNothing(int width, int height) {
        FakeNetworks networks = believers().with("pnet", proposing(13, 0, 0));
        try (Detector detector = new Mtcnn().create(networks)) {
            assertThat(detector.detect(gray(width, height))).isEmpty();
        }
        assertThat(networks.runs()).isEmpty();
    }

    @Test
    void looksAtEachScaleUntilTheSmallestFaceFillsTheImage() {
        FakeNetworks networks = new FakeNetworks();
        try (Detector detector = new Mtcnn().create(networks)) {
            assertThat(detector.detect(gray(100, 60))).isEmpty();
        }
        // 12/20 of the image, then 0.709 of it while the shorter side has 12 pixels; a size is floor(side * scale + 1)
        assertThat(networks.shapes("pnet"))
                .containsExactly(
                        List.of(1L, 3L, 37L, 61L),
                        List.of(1L, 3L, 26L, 43L),
                        List.of(1L, 3L, 19L, 31L),
                        List.of(1L, 3L, 13L, 22L));
        assertThat(networks.shapes("rnet")).isEmpty();
    }

    @Property(tries = 50)
    void takesLessScalesForLargerFaces(@ForAll @IntRange(min = 12, max = 300) int minFaceSize) {
        FakeNetworks networks = new FakeNetworks();
        try (Detector detector =
                new Mtcnn().minFaceSize(minFaceSize).scaleFactor(0.5).create(networks)) {
            detector.detect(gray(200, 200));
        }
        int expected = 0;
        for (double side = 200.0 * 12 / minFaceSize; side >= 12; side /= 2) {
            expected++;
        }
        assertThat(networks.shapes("pnet")).hasSize(expected);
    }

    @Test
    void searchesALargePhotoAtTheSizeThatIsSet() {
        FakeNetworks reduced = new FakeNetworks();
        FakeNetworks asItIs = new FakeNetworks();
        try (Detector small = new Mtcnn().maxDetectionSize(300).create(reduced);
                Detector large = new Mtcnn().create(asItIs)) {
            small.detect(gray(1000, 600));
            large.detect(gray(1000, 600));
        }
        assertThat(reduced.shapes("pnet")).isNotEmpty().allMatch(shape -> shape.get(3) <= 300 * 12 / 20 + 1);
        // the same scales, but for the largest
        List<List<Long>> all = asItIs.shapes("pnet");
        assertThat(all.subList(all.size() - reduced.shapes("pnet").size(), all.size()))
                .isEqualTo(reduced.shapes("pnet"));
    }

    @Test
    void refinesInFullResolutionWhatItFoundInAReducedPhoto() {
        // black and white columns, of which the reduced photo shows only gray
        byte[] rgb = new byte[3 * 240 * 240];
        for (int i = 0; i < 240 * 240; i++) {
            java.util.Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (i % 2 == 0 ? 0 : 255));
        }
        List<Float> proposed = new ArrayList<>();
        List<Float> refined = new ArrayList<>();
        FakeNetworks networks = new FakeNetworks()
                .with("pnet", (input, output) -> {
                    proposed.add(input.data().get(0));
                    if (proposed.size() == 1) {
                        FakeNetworks.putScore(output, 0, 1);
                    }
                })
                .with("rnet", (input, output) -> {
                    for (int x = 0; x < 24; x++) {
                        refined.add(input.data().get(x));
                    }
                });
        try (Detector detector = new Mtcnn()
                .minFaceSize(12)
                .scaleFactor(0.5)
                .maxDetectionSize(120)
                .create(networks)) {
            detector.detect(Image.ofRgb(240, 240, rgb));
        }
        // P-Net sees the mean of two columns, R-Net single ones
        assertThat(proposed).allMatch(value -> value > 127 && value < 129);
        assertThat(refined).contains(255f);
    }

    @ParameterizedTest
    @CsvSource({"24, 7", "30, 10", "12, 1", "13, 2", "14, 2", "15, 3"})
    void knowsTheSizeOfPNetsOutput(int pixels, int cells) {
        assertThat(MtcnnDetector.cells(pixels)).isEqualTo(cells);
    }

    @Test
    void givesTheNetworksPixelsAsTheyAre() {
        List<Float> seen = new ArrayList<>();
        FakeNetworks networks = new FakeNetworks()
                .with("pnet", (input, output) -> seen.add(input.data().get(0)));
        byte[] rgb = new byte[3 * 20 * 20];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) 255;
        }
        try (Detector detector = new Mtcnn().create(networks)) {
            detector.detect(Image.ofRgb(20, 20, rgb));
        }
        assertThat(seen).containsExactly(255f);
    }

    @Test
    void followsAFaceThroughTheCascade() {
        // cell (5, 3) of the first scale, 0.6: pixels 10..21 and 6..17 there
        FakeNetworks networks = believers().with("pnet", proposing(61, 5, 3));
        try (Detector detector = new Mtcnn().create(networks)) {
            assertThat(detector.detect(gray(100, 60))).singleElement().satisfies(face -> {
                // from floor(11 / 0.6), floor(7 / 0.6) to floor(22 / 0.6), floor(18 / 0.6), made a square of 19
                assertThat(face.box()).isEqualTo(new Box(17.5, 11, 36.5, 30));
                assertThat(face.score()).isCloseTo(0.99, ROUNDING);
                assertThat(face.landmarks().points()).containsOnly(new Point(16.5 + 10, 10 + 10));
            });
        }
        assertThat(networks.shapes("rnet")).containsExactly(List.of(1L, 3L, 24L, 24L));
        assertThat(networks.shapes("onet")).containsExactly(List.of(1L, 3L, 48L, 48L));
    }

    @Test
    void letsABoxReachBeyondTheImage() {
        FakeNetworks networks = believers().with("pnet", proposing(61, 0, 0)).with("rnet", (input, output) -> {
            believe(input, output, 0.9);
            // far up and to the left
            FakeNetworks.put(output, 0, 1, -0.5);
            FakeNetworks.put(output, 0, 2, -0.5);
        });
        try (Detector detector = new Mtcnn().create(networks)) {
            assertThat(detector.detect(gray(100, 60))).singleElement().satisfies(face -> {
                assertThat(face.box().x1()).isNegative();
                assertThat(face.box().y1()).isNegative();
                assertThat(face.box().x2()).isPositive();
            });
        }
    }

    @Test
    void forgetsABoxWithNoPixelInTheImage() {
        FakeNetworks networks = believers().with("pnet", proposing(61, 0, 0)).with("rnet", (input, output) -> {
            believe(input, output, 0.9);
            FakeNetworks.put(output, 0, 1, -9);
            FakeNetworks.put(output, 0, 3, -9);
        });
        try (Detector detector = new Mtcnn().create(networks)) {
            assertThat(detector.detect(gray(100, 60))).isEmpty();
        }
        assertThat(networks.shapes("onet")).isEmpty();
    }

    @Test
    void dropsWhatALaterNetworkDoubts() {
        FakeNetworks networks = believers()
                .with("pnet", proposing(61, 5, 3))
                .with("onet", (input, output) -> believe(input, output, 0.69));
        try (Detector detector = new Mtcnn().create(networks);
                Detector lenient = new Mtcnn().thresholds(0.6, 0.7, 0.6).create(networks)) {
            assertThat(detector.detect(gray(100, 60))).isEmpty();
            assertThat(lenient.detect(gray(100, 60))).hasSize(1);
        }
    }

    /** A P-Net that is sure of cells whose first and last pixels are both bright. */
    private static void proposeBright(Tensor input, Tensor output) {
        int height = (int) input.shape()[2];
        int width = (int) input.shape()[3];
        int columns = MtcnnDetector.cells(width);
        int rows = MtcnnDetector.cells(height);
        for (int cell = 0; cell < columns * rows; cell++) {
            int x = 2 * (cell % columns);
            int y = 2 * (cell / columns);
            // of an odd row or column at the end, the last cell sees only a part
            int last = Math.min(y + 11, height - 1) * width + Math.min(x + 11, width - 1);
            float least = Math.min(input.data().get(y * width + x), input.data().get(last));
            if (least > 180) {
                FakeNetworks.putScore(output, cell, 0.5 + least / 600);
            }
        }
    }

    @Test
    void findsTheSameInPartsAsInOnePiece() {
        byte[] rgb = new byte[3 * 501 * 403];
        new Random(1).nextBytes(rgb);
        Image noise = Image.ofRgb(501, 403, rgb);
        FakeNetworks whole = believers().with("pnet", MtcnnDetectorTest::proposeBright);
        FakeNetworks parts =
                believers().with("pnet", MtcnnDetectorTest::proposeBright).onProcessor();
        Mtcnn mtcnn = new Mtcnn().minFaceSize(12);
        try (Detector first = mtcnn.create(whole);
                Detector second = mtcnn.create(parts)) {
            List<Face> faces = first.detect(noise);
            assertThat(faces).hasSizeGreaterThan(100);
            assertThat(second.detect(noise)).isEqualTo(faces);
        }
        assertThat(parts.shapes("pnet"))
                .hasSizeGreaterThan(whole.shapes("pnet").size())
                .allSatisfy(shape -> assertThat(shape.get(2) * shape.get(3)).isLessThanOrEqualTo(1 << 16));
        // so that two threads end together
        assertThat(parts.shapes("rnet").size()).isEven();
        assertThat(parts.shapes("onet").size()).isEven();
        assertThat(parts.shapes("rnet"))
                .allSatisfy(shape -> assertThat(shape.get(0)).isLessThanOrEqualTo(32));
        assertThat(parts.shapes("onet"))
                .allSatisfy(shape -> assertThat(shape.get(0)).isLessThanOrEqualTo(4));
    }

    @Test
    void cutsManyCandidatesIntoBatches() {
        // every fourth cell in both directions: boxes that hardly overlap
        FakeNetworks networks = believers().with("pnet", (input, output) -> {
            int width = (int) input.shape()[3];
            int columns = MtcnnDetector.cells(width);
            int rows = MtcnnDetector.cells((int) input.shape()[2]);
            for (int cell = 0; cell < columns * rows; cell++) {
                if (width == 361 && cell % columns % 4 == 0 && cell / columns % 4 == 0) {
                    FakeNetworks.putScore(output, cell, 0.7 + cell * 1e-6);
                }
            }
        });
        Image image = gray(600, 600);
        List<Face> faces;
        try (Detector detector = new Mtcnn().create(networks)) {
            faces = detector.detect(image);
        }
        int candidates = 44 * 44;
        assertThat(faces).hasSize(candidates);
        for (String network : List.of("rnet", "onet")) {
            List<List<Long>> shapes = networks.shapes(network);
            assertThat(shapes.stream().mapToLong(shape -> shape.get(0)).sum()).isEqualTo(candidates);
            assertThat(shapes).allSatisfy(shape -> assertThat(shape.get(0)).isLessThanOrEqualTo(128));
        }
    }

    @Test
    void givesTheBestFirst() {
        FakeNetworks networks = believers()
                .with("pnet", (input, output) -> {
                    proposing(61, 2, 3).run(input, output);
                    int columns = MtcnnDetector.cells((int) input.shape()[3]);
                    if (input.shape()[3] == 61) {
                        FakeNetworks.putScore(output, 3 * columns + 20, 0.9);
                    }
                })
                .with("onet", (input, output) -> {
                    believe(input, output, 0.8);
                    // the second of the batch, which P-Net liked less
                    FakeNetworks.putScore(output, 1, 0.95);
                });
        try (Detector detector = new Mtcnn().create(networks)) {
            List<Face> faces = detector.detect(gray(100, 60));
            assertThat(faces).extracting(Face::score).hasSize(2);
            assertThat(faces.get(0).score()).isCloseTo(0.95, ROUNDING);
            assertThat(faces.get(0).box().x1()).isLessThan(faces.get(1).box().x1());
        }
    }

    @Test
    void closesWhatItOpenedWhenANetworkIsMissing() {
        FakeNetworks networks = new FakeNetworks().missing("onet");
        Mtcnn mtcnn = new Mtcnn();
        assertThatThrownBy(() -> mtcnn.create(networks)).isInstanceOf(EngineException.class);
        assertThat(networks.opened()).isEqualTo(2);
        assertThat(networks.closes()).containsExactly(1, 1);
    }

    @Test
    void closesAllItOpenedAndTellsWhyItDidNotOpenWhenClosingFailsToo() {
        FakeNetworks networks = new FakeNetworks().missing("onet").closingFails();
        Mtcnn mtcnn = new Mtcnn();
        assertThatThrownBy(() -> mtcnn.create(networks))
                .hasMessageContaining("no network mtcnn/onet")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(networks.closes()).containsExactly(1, 1);
    }

    @Test
    void closesItsNetworksOnceAndRefusesToWorkAfterwards() {
        FakeNetworks networks = new FakeNetworks();
        Detector detector = new Mtcnn().create(networks);
        detector.close();
        detector.close();
        assertThat(networks.closes()).containsExactly(1, 1, 1);
        assertThatThrownBy(() -> detector.detect(gray(100, 60)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void worksOnAfterAFailedRun() {
        AtomicBoolean broken = new AtomicBoolean(true);
        FakeNetworks networks = believers().with("pnet", (input, output) -> {
            if (broken.get()) {
                throw new EngineException("inference-failed", "out of memory");
            }
            proposing(61, 5, 3).run(input, output);
        });
        try (Detector detector = new Mtcnn().create(networks)) {
            assertThatThrownBy(() -> detector.detect(gray(100, 60))).isInstanceOf(EngineException.class);
            broken.set(false);
            assertThat(detector.detect(gray(100, 60))).hasSize(1);
        }
    }

    @Test
    void closesEachSessionOnceOnTheProcessorToo() {
        FakeNetworks networks = believers().with("pnet", proposing(61, 5, 3)).onProcessor();
        Detector detector = new Mtcnn().create(networks);
        assertThat(detector.detect(gray(100, 60))).hasSize(1);
        detector.close();
        detector.close();
        assertThat(networks.closes())
                .hasSize(2 + Math.min(4, Runtime.getRuntime().availableProcessors()))
                .containsOnly(1);
    }

    @Test
    void closeWaitsForARunningCall() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FakeNetworks networks = believers().with("pnet", (input, output) -> {
            running.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            proposing(61, 5, 3).run(input, output);
        });
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Detector detector = new Mtcnn().create(networks);
            Future<List<Face>> call = threads.submit(() -> detector.detect(gray(100, 60)));
            assertThat(running.await(1, TimeUnit.MINUTES)).isTrue();
            Future<?> close = threads.submit(detector::close);
            assertThat(close.isDone()).isFalse();
            assertThat(networks.closes()).containsExactly(0, 0, 0);
            goOn.countDown();
            assertThat(call.get()).hasSize(1);
            close.get();
            assertThat(networks.closes()).containsExactly(1, 1, 1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void keepsCallersApart() throws Exception {
        FakeNetworks networks = believers().with("pnet", (input, output) -> {
            // the face is where the first row is bright
            int width = (int) input.shape()[3];
            if (width == 61) {
                int columns = MtcnnDetector.cells(width);
                int column = input.data().get(0) > 0 ? 2 : 20;
                FakeNetworks.putScore(output, 3 * columns + column, 0.9);
            }
        });
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Detector detector = new Mtcnn().create(networks)) {
            Image dark = Image.ofRgb(100, 60, new byte[3 * 100 * 60]);
            Image bright = gray(100, 60);
            List<Face> inDark = detector.detect(dark);
            List<Face> inBright = detector.detect(bright);
            assertThat(inDark).isNotEqualTo(inBright);
            List<Future<List<List<Face>>>> calls = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                calls.add(threads.submit(() -> detector.detectAll(List.of(dark, bright, bright, dark))));
            }
            for (Future<List<List<Face>>> call : calls) {
                assertThat(call.get()).containsExactly(inDark, inBright, inBright, inDark);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
