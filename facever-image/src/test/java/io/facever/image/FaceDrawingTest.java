package io.facever.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.facever.Box;
import io.facever.EmbeddingSpace;
import io.facever.Face;
import io.facever.FaceverException;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Outcome;
import io.facever.Point;
import io.facever.Reason;
import io.facever.Threshold;
import io.facever.Verification;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaceDrawingTest {
    private static final int GREEN = Pen.GREEN.getRGB();
    private static final int RED = Pen.RED.getRGB();
    private static final int AMBER = Pen.AMBER.getRGB();

    @ParameterizedTest
    @CsvSource({
        "100, 60, 480, 288",
        "60, 100, 288, 480",
        "900, 700, 900, 700",
        "3200, 1600, 1600, 800",
        "1, 1, 480, 480"
    })
    void detectionPictureKeepsTheShapeAtALegibleSize(int width, int height, int drawnWidth, int drawnHeight) {
        BufferedImage picture = FaceDrawing.faces(gray(width, height), List.of());

        assertThat(picture.getWidth()).isEqualTo(drawnWidth);
        assertThat(picture.getHeight()).isEqualTo(drawnHeight);
    }

    @Test
    void photoWithoutFacesIsLeftAsItIs() {
        Image photo = Images.of(TestFiles.gradient(600, 500));

        assertThat(TestFiles.difference(Images.of(FaceDrawing.faces(photo, List.of())), photo))
                .isZero();
    }

    @Test
    void boxAndLandmarksLieWhereTheFaceIs() {
        BufferedImage picture = FaceDrawing.faces(gray(600, 500), List.of(face(200, 150, 160)));

        assertThat(picture.getRGB(200, 200)).isEqualTo(Pen.ACCENT.getRGB());
        assertThat(picture.getRGB(360, 200)).isEqualTo(Pen.ACCENT.getRGB());
        assertThat(picture.getRGB(248, 206)).isEqualTo(Pen.INK.getRGB());
        assertThat(picture.getRGB(330, 280)).as("skin is not painted over").isEqualTo(0xff808080);
        assertThat(picture.getRGB(500, 400)).as("nor is the rest").isEqualTo(0xff808080);
    }

    @Test
    void placesAreScaledWithThePhoto() {
        BufferedImage small = FaceDrawing.faces(gray(120, 100), List.of(face(40, 30, 32)));

        // four times as large, so the centre of pixel 40 comes to lie at 162
        assertThat(small.getRGB(162, 140)).isEqualTo(Pen.ACCENT.getRGB());
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void outcomeIsToldByItsColorAndNoOther(Outcome outcome) {
        Set<Integer> colors = colors(FaceDrawing.verification(gray(300, 300), gray(300, 300), result(outcome)));

        assertThat(colors.contains(GREEN)).isEqualTo(outcome == Outcome.MATCH);
        assertThat(colors.contains(RED)).isEqualTo(outcome == Outcome.NO_MATCH);
        assertThat(colors.contains(AMBER)).isEqualTo(outcome == Outcome.INCONCLUSIVE);
    }

    @Test
    void similarityIsDrawnOnItsSideOfTheThreshold() {
        BufferedImage low = FaceDrawing.verification(gray(300, 300), gray(300, 300), result(Outcome.NO_MATCH, 0.1));
        BufferedImage high = FaceDrawing.verification(gray(300, 300), gray(300, 300), result(Outcome.MATCH, 0.9));

        int rowOfScale = 0;
        for (int y = 345; y < low.getHeight() && rowOfScale == 0; y++) {
            // the lower end of the scale is tinted, and nothing else is at this place
            rowOfScale = low.getRGB(40, y) != Pen.PAPER.getRGB() && low.getRGB(40, y) == high.getRGB(40, y) ? y + 5 : 0;
        }
        assertThat(rowOfScale).isPositive();
        assertThat(lastColumnOf(RED, low, rowOfScale)).isLessThan(low.getWidth() / 2);
        assertThat(lastColumnOf(GREEN, high, rowOfScale)).isGreaterThan(high.getWidth() / 2);
    }

    @Test
    void photosOfDifferentSizesGetEqualHeights() {
        Verification verification = new Verification(
                Outcome.INCONCLUSIVE,
                Double.NaN,
                Threshold.of(0.4),
                List.of(Reason.NO_FACE_IN_FIRST_IMAGE, Reason.NO_FACE_IN_SECOND_IMAGE),
                new Verification.Subject(100, 50, List.of(), Optional.empty()),
                new Verification.Subject(1000, 2000, List.of(), Optional.empty()),
                SPACE,
                TIMINGS);

        BufferedImage picture = FaceDrawing.verification(gray(100, 50), gray(1000, 2000), verification);

        int left = picture.getWidth() / 4;
        int right = picture.getWidth() - 60;
        assertThat(rowsOf(0xff808080, picture, left))
                .isEqualTo(rowsOf(0xff808080, picture, right))
                .isGreaterThan(300);
    }

    @Property(tries = 12)
    void anySizeCanBeDrawn(
            @ForAll @IntRange(min = 1, max = 700) int width,
            @ForAll @IntRange(min = 1, max = 700) int height,
            @ForAll Outcome outcome) {
        Face face = face(-width / 10.0, -height / 10.0, Math.max(width, height));
        Verification.Subject one = new Verification.Subject(width, height, List.of(face), Optional.of(face));
        Verification.Subject other = new Verification.Subject(height, width, List.of(face, face), Optional.empty());
        Verification verification = new Verification(
                outcome,
                -1,
                Threshold.of(1),
                List.of(Reason.SEVERAL_FACES_IN_SECOND_IMAGE),
                one,
                other,
                SPACE,
                TIMINGS);

        BufferedImage picture = FaceDrawing.verification(gray(width, height), gray(height, width), verification);

        assertThat(picture.getWidth()).isBetween(560, 1520);
        assertThat(picture.getHeight()).isLessThan(1100);
        assertThat(FaceDrawing.faces(gray(width, height), List.of(face)).getWidth())
                .isLessThanOrEqualTo(1600);
    }

    @Test
    void imagesThatWereNotVerifiedAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaceDrawing.verification(gray(300, 300), gray(301, 300), result(Outcome.MATCH)))
                .withMessageContaining("second image is 301x300")
                .withMessageContaining("300x300");
        assertThatNullPointerException().isThrownBy(() -> FaceDrawing.faces(null, List.of()));
    }

    @Test
    void pictureIsWrittenAsPngAndReplacesWhatWasThere(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("out.png"), "what was there");
        BufferedImage picture = TestFiles.gradient(30, 20);

        FaceDrawing.write(picture, file);

        assertThat(TestFiles.difference(Images.read(file), Images.of(picture))).isZero();
        assertThat(filesIn(folder)).containsExactly("out.png");
    }

    @Test
    void nothingStaysBehindWhenThePictureCannotBeWritten(@TempDir Path folder) throws IOException {
        Path taken = Files.createDirectory(folder.resolve("taken.png"));
        Path nowhere = folder.resolve("no such folder").resolve("out.png");

        assertThatExceptionOfType(FaceverException.class)
                .isThrownBy(() -> FaceDrawing.write(TestFiles.gradient(3, 2), taken))
                .withMessageContaining("taken.png")
                .matches(e -> e.anchor().equals("picture-unwritable"));
        assertThatExceptionOfType(FaceverException.class)
                .isThrownBy(() -> FaceDrawing.write(TestFiles.gradient(3, 2), nowhere))
                .withMessageContaining("no such folder")
                .matches(e -> e.anchor().equals("picture-unwritable"));
        assertThat(filesIn(folder)).containsExactly("taken.png");
    }

    @Test
    void everyPrintableCharacterHasAGlyphOfItsOwn() {
        Set<List<Integer>> drawn = new HashSet<>();
        for (char letter = '!'; letter <= '~'; letter++) {
            drawn.add(drawn(letter));
        }

        assertThat(drawn).hasSize('~' - '!' + 1).doesNotContain(drawn(' '), drawn('é'));
    }

    @Test
    void textIsBrokenBetweenWords() {
        double most = StrokeFont.width("one two", 10, StrokeFont.REGULAR) + 1;

        assertThat(StrokeFont.wrap("one two three, four", 10, most)).containsExactly("one two", "three,", "four");
    }

    private static final EmbeddingSpace SPACE = new EmbeddingSpace("0", "test-model", "test", 4);
    private static final Verification.Timings TIMINGS =
            new Verification.Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private static Verification result(Outcome outcome) {
        return result(outcome, outcome == Outcome.MATCH ? 0.8 : 0.2);
    }

    private static Verification result(Outcome outcome, double similarity) {
        Face face = face(90, 80, 110);
        Verification.Subject subject = new Verification.Subject(300, 300, List.of(face), Optional.of(face));
        boolean decided = outcome != Outcome.INCONCLUSIVE;
        return new Verification(
                outcome,
                decided ? similarity : Double.NaN,
                Threshold.of(0.42),
                decided ? List.of() : List.of(Reason.FACE_TOO_SMALL_IN_FIRST_IMAGE),
                subject,
                subject,
                SPACE,
                TIMINGS);
    }

    private static Face face(double x, double y, double size) {
        return new Face(
                new Box(x, y, x + size, y + size),
                0.987,
                new Landmarks(
                        new Point(x + 0.3 * size, y + 0.35 * size),
                        new Point(x + 0.7 * size, y + 0.35 * size),
                        new Point(x + 0.5 * size, y + 0.55 * size),
                        new Point(x + 0.35 * size, y + 0.75 * size),
                        new Point(x + 0.65 * size, y + 0.75 * size)));
    }

    private static Image gray(int width, int height) {
        return Image.ofPixels(width, height, rgb -> Arrays.fill(rgb, (byte) 0x80));
    }

    private static Set<Integer> colors(BufferedImage picture) {
        Set<Integer> colors = new HashSet<>();
        for (int color : picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth())) {
            colors.add(color);
        }
        return colors;
    }

    private static int lastColumnOf(int color, BufferedImage picture, int y) {
        for (int x = picture.getWidth() - 1; x >= 0; x--) {
            if (picture.getRGB(x, y) == color) {
                return x;
            }
        }
        return -1;
    }

    private static int rowsOf(int color, BufferedImage picture, int x) {
        int rows = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            rows += picture.getRGB(x, y) == color ? 1 : 0;
        }
        return rows;
    }

    private static List<Integer> drawn(char letter) {
        BufferedImage picture = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
        try (Pen pen = new Pen(picture)) {
            pen.text(String.valueOf(letter), 10, 8, 20, StrokeFont.REGULAR, Color.WHITE);
        }
        return Arrays.stream(picture.getRGB(0, 0, 40, 40, null, 0, 40)).boxed().toList();
    }

    private static List<String> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
