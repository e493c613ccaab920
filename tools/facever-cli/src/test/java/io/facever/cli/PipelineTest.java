package io.facever.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.facever.conformance.Shared;
import io.facever.onnx.OnnxRuntimeEngine;
import java.awt.image.BufferedImage;
import java.awt.image.RescaleOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on real photos with the published weights. */
@Tag("weights")
class PipelineTest {
    private static final String LARRY = "Larry_Page_0000.jpg";
    private static final String ALSO_LARRY = "Larry_Page_0001.jpg";
    private static final String BILL = "Bill_Gates_0001.jpg";
    private static final String SIX_FACES = "multiface.jpg";

    @TempDir
    static Path folder;

    private static Path faceless;

    @BeforeAll
    static void useTheMirrorAndTheCacheOfTheTests() throws IOException {
        Path shared = Shared.folder();
        System.setProperty("facever.mirror", shared.resolve("mirror").toString());
        System.setProperty("facever.cache", modelCache().toString());
        faceless = folder.resolve("grey.png");
        ImageIO.write(new BufferedImage(200, 150, BufferedImage.TYPE_INT_RGB), "png", faceless.toFile());
    }

    @AfterAll
    static void restore() {
        System.clearProperty("facever.mirror");
        System.clearProperty("facever.cache");
    }

    /** The folder that the conformance suites use too, so that the models are converted once. */
    private static Path modelCache() {
        return Shared.repository().resolve("target").resolve("test-models");
    }

    private static Path photo(String name) {
        return Shared.image("photos/" + name);
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void eightBitsDecideTheSameWithAModelOfTheirOwn() {
        Run same = Run.facever("verify", "--precision", "int8", photo(LARRY), photo(ALSO_LARRY));
        Run other =
                Run.facever("verify", "--model", "facenet-vggface2", "--precision", "int8", photo(LARRY), photo(BILL));

        assertThat(same.status()).as(same.err()).isEqualTo(ExitStatus.MATCH);
        assertThat(same.out()).contains("facenet-vggface2-int8");
        assertThat(other.status()).as(other.err()).isEqualTo(ExitStatus.NO_MATCH);
    }

    @Test
    void eightBitsOfAModelWithoutThemAreRefusedByName() {
        Run run = Run.facever("verify", "--model", "mobilefacenet", "--precision", "int8", photo(LARRY), photo(BILL));

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err()).contains("'mobilefacenet-int8'", "facenet-vggface2-int8", "model-unknown");
    }

    @Test
    void samePersonIsAMatchToldInPlainWords() {
        Run run = Run.facever("verify", photo(LARRY), photo(ALSO_LARRY));

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.MATCH);
        assertThat(run.out())
                .startsWith("MATCH: the two photos show the same person.")
                .contains(
                        "similarity", "threshold", LARRY, ALSO_LARRY, "1 face", "facenet-vggface2", "ran on      cpu");
    }

    @Test
    void differentPeopleAreNoMatch() {
        Run run = Run.facever("verify", photo(LARRY), photo(BILL));

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.NO_MATCH);
        assertThat(run.out()).startsWith("NO MATCH: the two photos show different people.");
    }

    @Test
    void noFaceIsInconclusiveWithASentenceThatAsksForABetterImage() {
        Run run = Run.facever("verify", photo(LARRY), faceless);

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(run.out())
                .startsWith("INCONCLUSIVE")
                .contains("No face was found in the second image. Please give a clearer image");
    }

    @Test
    void livenessTellsPersonAndPictureApartAndSaysSoInItsStatus() {
        Run live = Run.facever("liveness", photo("antispoof_T1.jpg"));
        assertThat(live.status()).as(live.err()).isZero();
        assertThat(live.out()).contains("looks alive (score 1.000");

        Run both = Run.facever("liveness", photo("antispoof_T1.jpg"), photo("antispoof_F2.jpg"), "--json");
        assertThat(both.status()).isEqualTo(ExitStatus.NO_MATCH);
        assertThat(both.json().get(0).get("liveness").get("live").booleanValue())
                .isTrue();
        assertThat(both.json().get(1).get("liveness").get("score").doubleValue())
                .isCloseTo(0.0043, within(0.02));

        Run none = Run.facever("liveness", faceless);
        assertThat(none.status()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(none.out()).contains("no face");
        assertThat(Run.facever("liveness", faceless, "--threshold", "2").status())
                .isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void verifyTellsLivenessOnRequestAndRefusesPicturesWhereLivePeopleAreRequired() {
        Run told = Run.facever("verify", photo("antispoof_T1.jpg"), photo("antispoof_F2.jpg"), "--liveness");
        assertThat(told.status()).as(told.err()).isIn(ExitStatus.MATCH, ExitStatus.NO_MATCH);
        assertThat(told.out()).contains("looks alive", "may be a picture of a face");

        Run required =
                Run.facever("verify", photo("antispoof_T1.jpg"), photo("antispoof_F2.jpg"), "--require-live", "--json");
        assertThat(required.status()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(required.json().get("reasons").get(0).textValue()).isEqualTo("SPOOF_SUSPECTED");
        assertThat(required.json().get("second").get("liveness").get("live").booleanValue())
                .isFalse();
    }

    @Test
    void verifyRefusesAFaceBeyondTheLimitsOfTheGateAndSaysWhich() throws IOException {
        Path dark = folder.resolve("dark.png");
        BufferedImage dimmed =
                new RescaleOp(0.2f, 0, null).filter(ImageIO.read(photo(LARRY).toFile()), null);
        ImageIO.write(dimmed, "png", dark.toFile());
        Run strict = Run.facever("verify", photo(ALSO_LARRY), dark, "--quality", "strict", "--json");
        assertThat(strict.status()).as(strict.err()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(strict.json().get("reasons").get(0).textValue()).isEqualTo("LOW_QUALITY_IN_SECOND_IMAGE");
        assertThat(strict.json().get("second").get("quality").get("failed").toString())
                .contains("BRIGHTNESS");

        Run standard = Run.facever("verify", photo(LARRY), photo(ALSO_LARRY), "--quality=standard");
        assertThat(standard.status()).as(standard.err()).isEqualTo(ExitStatus.MATCH);
        assertThat(standard.out()).contains("quality     " + photo(LARRY)).contains(" of 100");

        assertThat(Run.facever("verify", photo(LARRY), photo(ALSO_LARRY), "--quality", "best")
                        .status())
                .isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void verifyWritesOneJsonDocumentOfTheAgreedShape() {
        Run run = Run.facever("verify", photo(LARRY), photo(ALSO_LARRY), "--json");

        assertThat(run.status()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(names(json))
                .containsExactly(
                        "outcome",
                        "match",
                        "similarity",
                        "threshold",
                        "model",
                        "ranOn",
                        "reasons",
                        "first",
                        "second",
                        "timings");
        assertThat(json.get("outcome").textValue()).isEqualTo("MATCH");
        assertThat(json.get("match").booleanValue()).isTrue();
        assertThat(json.get("similarity").doubleValue())
                .isBetween(json.get("threshold").doubleValue(), 1.0);
        assertThat(json.get("model").textValue()).isEqualTo("facenet-vggface2");
        assertThat(names(json.get("ranOn")))
                .containsExactlyInAnyOrder("mtcnn/pnet", "mtcnn/rnet", "mtcnn/onet", "facenet-vggface2/embedding");
        assertThat(json.get("ranOn")).allMatch(provider -> provider.textValue().equals("cpu"));
        assertThat(json.get("reasons")).isEmpty();
        assertThat(names(json.get("timings"))).containsExactly("decodeMs", "detectMs", "alignMs", "embedMs", "totalMs");
        JsonNode first = json.get("first");
        assertThat(names(first)).containsExactly("image", "faces", "face");
        assertThat(first.get("image").textValue()).isEqualTo(photo(LARRY).toString());
        assertThat(first.get("faces").intValue()).isEqualTo(1);
        assertFace(first.get("face"));
    }

    private static void assertFace(JsonNode face) {
        assertThat(names(face)).containsExactly("box", "score", "landmarks");
        JsonNode box = face.get("box");
        assertThat(box).hasSize(4);
        assertThat(box.get(2).doubleValue()).isGreaterThan(box.get(0).doubleValue());
        assertThat(box.get(3).doubleValue()).isGreaterThan(box.get(1).doubleValue());
        assertThat(face.get("score").doubleValue()).isBetween(0.7, 1.0);
        JsonNode landmarks = face.get("landmarks");
        assertThat(landmarks).hasSize(5).allMatch(point -> point.size() == 2);
        assertThat(landmarks.get(0).get(0).doubleValue())
                .as("the left eye as seen in the image comes first")
                .isLessThan(landmarks.get(1).get(0).doubleValue());
        assertThat(landmarks.get(0).get(1).doubleValue())
                .as("eyes lie above the mouth")
                .isLessThan(landmarks.get(3).get(1).doubleValue());
    }

    @Test
    void inconclusiveJsonHasReasonsAndNoSimilarity() {
        Run run = Run.facever("verify", faceless, faceless, "--json");

        assertThat(run.status()).isEqualTo(ExitStatus.INCONCLUSIVE);
        JsonNode json = run.json();
        assertThat(json.get("similarity").isNull()).isTrue();
        assertThat(json.get("match").booleanValue()).isFalse();
        assertThat(json.get("reasons").get(0).textValue()).isEqualTo("NO_FACE_IN_FIRST_IMAGE");
        assertThat(json.get("reasons").get(1).textValue()).isEqualTo("NO_FACE_IN_SECOND_IMAGE");
        assertThat(json.get("first").get("face").isNull()).isTrue();
    }

    @Test
    void thresholdOfTheCallerDecides() {
        assertThat(Run.facever("verify", photo(LARRY), photo(ALSO_LARRY), "--threshold", "0.9999")
                        .status())
                .isEqualTo(ExitStatus.NO_MATCH);
        assertThat(Run.facever("verify", photo(LARRY), photo(BILL), "--threshold", "-1")
                        .status())
                .isEqualTo(ExitStatus.MATCH);
    }

    @Test
    void singleRefusesAPhotoOfSeveral() {
        Run run = Run.facever("verify", photo(SIX_FACES), photo(LARRY), "--faces", "single", "--json");

        assertThat(run.status()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(run.json().get("reasons").get(0).textValue()).isEqualTo("SEVERAL_FACES_IN_FIRST_IMAGE");
        assertThat(run.json().get("first").get("faces").intValue()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"similarity", "crop", "center"})
    void everyAlignerFindsAPhotoEqualToItself(String aligner) {
        Run run = Run.facever("verify", photo(LARRY), photo(LARRY), "--aligner", aligner, "--json");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.json().get("similarity").doubleValue()).isCloseTo(1, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"largest", "central", "best", "all"})
    void everyFaceSelectionFindsAPhotoEqualToItself(String faces) {
        Run run = Run.facever("verify", photo(SIX_FACES), photo(SIX_FACES), "--faces", faces, "--json");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.json().get("similarity").doubleValue()).isCloseTo(1, within(1e-5));
    }

    @ParameterizedTest
    @CsvSource({"verify, 4", "detect, 4", "embed, 4"})
    void unreadableImagesAreToldApartByStatusAndName(String command, int status) throws IOException {
        Path empty = Files.write(folder.resolve("empty.jpg"), new byte[0]);
        Path text = Files.writeString(folder.resolve("text.jpg"), "This is no photo, whatever its name says.");
        Path missing = folder.resolve("missing.jpg");
        Path directory = Files.createDirectories(folder.resolve("folder.jpg"));
        byte[] whole = Files.readAllBytes(photo(BILL));
        Path cut = Files.write(folder.resolve("cut.jpg"), java.util.Arrays.copyOf(whole, whole.length / 2));

        for (Path bad : List.of(empty, text, missing, directory, cut)) {
            Run run = Run.facever(command, bad, photo(BILL), "--json");
            assertThat(run.status()).as(bad + ": " + run.err()).isEqualTo(status);
            assertThat(run.err())
                    .contains(bad.getFileName().toString(), "[docs/errors.md#image-")
                    .doesNotContain("\tat ")
                    .hasLineCount(1);
            if (command.equals("verify")) {
                assertThat(run.out()).isEmpty();
            } else {
                assertThat(run.json()).as("the other photo is in the result").hasSize(1);
            }
        }
    }

    @Test
    void stackTraceIsForVerboseAlone() {
        String level = "org.slf4j.simpleLogger.defaultLogLevel";
        String before = System.getProperty(level);
        try {
            Run run = Run.facever("verify", folder.resolve("missing.jpg"), photo(BILL), "--verbose");
            assertThat(run.status()).isEqualTo(ExitStatus.IMAGE);
            assertThat(run.err()).contains("\tat io.facever");
        } finally {
            System.setProperty(level, before);
        }
    }

    @Test
    void unknownModelIsUnavailableAndNamesTheKnownOnes() {
        Run run = Run.facever("verify", photo(LARRY), photo(BILL), "--model", "facenet-2030");

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err()).contains("'facenet-2030'", "mobilefacenet", "[docs/errors.md#model-unknown]");
    }

    @Test
    void detectorIsNoEmbeddingModel() {
        Run run = Run.facever("verify", photo(LARRY), photo(BILL), "--model", "mtcnn");

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err()).contains("mtcnn", "[docs/errors.md#").doesNotContain("\tat ");
    }

    @Test
    void unknownEngineIsUnavailableAndNamesTheFoundOnes() {
        Run run = Run.facever("verify", photo(LARRY), photo(BILL), "--engine", "abacus");

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.err()).contains("'abacus'", "onnx", "[docs/errors.md#provider-not-found]");
    }

    @Test
    void aGpuThatCantBeUsedIsRefusedWithTheArtifactThatIsMissing() {
        Assumptions.assumeFalse(
                new OnnxRuntimeEngine().providers().contains("cuda"), "skipped: this ONNX Runtime has CUDA");
        Run run = Run.facever("verify", photo(LARRY), photo(BILL), "--device", "gpu", "--engine", "onnx");

        assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("gpu:0", "com.microsoft.onnxruntime:onnxruntime_gpu", "[docs/errors.md#device-unavailable]");
    }

    @Test
    void enginesAreListedWithVersionAndProvidersOrWhyOneCantBeUsed() {
        Run run = Run.facever("engines");

        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out().lines())
                .anyMatch(line -> line.matches("onnx +100 +ONNX Runtime 1\\.\\S+ +cpu.*"))
                // whether DJL can start here depends on what else this JVM has started
                .anyMatch(line -> line.matches("djl-onnxruntime +50 .*(cpu|NOT USABLE: .+)"))
                .anyMatch(line -> line.matches("djl-pytorch +40 .*(cpu|NOT USABLE: .+)"));
    }

    @Test
    void comparingEnginesShowsWhatEachRanOnAndHowFarItIsOff() {
        Run run = Run.facever("engines", "--compare", photo(LARRY));

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.OK);
        assertThat(run.out())
                .containsPattern("onnx +cpu +1 .* 0\\.00e\\+00 +0\\.00e\\+00")
                .contains("largest differences to onnx");
    }

    @Test
    void missingModelsAreUnavailable() {
        System.setProperty("facever.cache", folder.resolve("empty-cache").toString());
        System.setProperty("facever.mirror", folder.resolve("no-mirror").toString());
        try {
            Run run = Run.facever("verify", photo(LARRY), photo(BILL));
            assertThat(run.status()).isEqualTo(ExitStatus.UNAVAILABLE);
            assertThat(run.err()).contains("[docs/errors.md#").doesNotContain("\tat ");
        } finally {
            System.setProperty("facever.cache", modelCache().toString());
            System.setProperty(
                    "facever.mirror", Shared.folder().resolve("mirror").toString());
        }
    }

    @Test
    void detectWritesAnArrayWithAllFacesBestFirst() {
        Run run = Run.facever("detect", photo(SIX_FACES), faceless, "--json");

        assertThat(run.status()).as(run.err()).isZero();
        JsonNode json = run.json();
        assertThat(json).hasSize(2);
        JsonNode photo = json.get(0);
        assertThat(names(photo)).containsExactly("image", "width", "height", "faces");
        assertThat(photo.get("faces")).hasSize(6).allSatisfy(PipelineTest::assertFace);
        double last = 1;
        for (JsonNode face : photo.get("faces")) {
            assertThat(face.get("score").doubleValue()).isLessThanOrEqualTo(last);
            last = face.get("score").doubleValue();
        }
        assertThat(json.get(1).get("width").intValue()).isEqualTo(200);
        assertThat(json.get(1).get("height").intValue()).isEqualTo(150);
        assertThat(json.get(1).get("faces")).isEmpty();
    }

    @Test
    void detectTellsWhatItFound() {
        Run run = Run.facever("detect", photo(LARRY), faceless);

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains(LARRY + ": 1 face in ", "score ", "grey.png: no face in 200 x 150 pixels");
    }

    @Test
    void embedWritesUnitVectorsWithTheirModel() {
        Run run = Run.facever("embed", photo(LARRY), photo(BILL), "--model", "mobilefacenet", "--json");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.json()).hasSize(2).allSatisfy(one -> {
            assertThat(names(one)).containsExactly("image", "model", "dimension", "embedding");
            assertThat(one.get("model").textValue()).isEqualTo("mobilefacenet");
            assertThat(one.get("dimension").intValue()).isEqualTo(128);
            assertThat(one.get("embedding")).hasSize(128);
            double squares = 0;
            for (JsonNode value : one.get("embedding")) {
                squares += value.doubleValue() * value.doubleValue();
            }
            assertThat(squares).isCloseTo(1, within(1e-5));
        });
    }

    @Test
    void embedOfAPhotoWithoutAFaceHasNoVector() {
        Run run = Run.facever("embed", photo(LARRY), faceless, "--json");

        assertThat(run.status()).isEqualTo(ExitStatus.INCONCLUSIVE);
        assertThat(run.json().get(0).get("embedding")).hasSize(512);
        assertThat(run.json().get(1).get("embedding").isNull()).isTrue();
        assertThat(run.err()).contains("grey.png", "[docs/errors.md#no-usable-face]");
    }

    @Test
    void drawingsArePictures() throws IOException {
        Path verified = folder.resolve("verified.png");
        Path faces = folder.resolve("faces.png");

        assertThat(Run.facever("verify", photo(LARRY), photo(BILL), "--draw", verified)
                        .status())
                .isEqualTo(ExitStatus.NO_MATCH);
        assertThat(Run.facever("detect", photo(LARRY), photo(SIX_FACES), "--draw", faces)
                        .status())
                .isZero();

        BufferedImage one = ImageIO.read(photo(LARRY).toFile());
        assertThat(ImageIO.read(verified.toFile()).getWidth()).isGreaterThan(one.getWidth());
        assertThat(ImageIO.read(folder.resolve("faces-1.png").toFile()).getWidth())
                .isGreaterThanOrEqualTo(one.getWidth());
        assertThat(folder.resolve("faces-2.png")).isNotEmptyFile();
        assertThat(faces).doesNotExist();
    }

    @Test
    void drawingThatCanNotBeWrittenIsToldAndNothingElseIsSaid() {
        Path nowhere = folder.resolve("no-such-folder").resolve("out.png");

        Run run = Run.facever("verify", photo(LARRY), photo(BILL), "--json", "--draw", nowhere);

        assertThat(run.status()).isEqualTo(ExitStatus.OUTPUT);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("out.png", "[docs/errors.md#picture-unwritable]")
                .hasLineCount(1);
    }

    @Test
    void aFolderIsEmbeddedIntoOneFileAndABrokenPhotoDoesNotStopTheRest(@TempDir Path photos) throws IOException {
        Files.createDirectory(photos.resolve("inner"));
        Files.copy(photo(LARRY), photos.resolve("inner/larry.jpg"));
        Files.copy(photo(BILL), photos.resolve("bill.jpg"));
        Files.copy(faceless, photos.resolve("grey.png"));
        Files.writeString(photos.resolve("broken.jpg"), "no photo");
        Path out = photos.resolve("out.csv");

        Run run = Run.facever("embed", "--batch", photos, "--out", out);

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.IMAGE);
        assertThat(run.err()).contains("broken.jpg", "no usable face in", "2 embeddings of 4 photos");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).startsWith("\"bill.jpg\",");
        assertThat(lines.get(2)).startsWith("\"inner/larry.jpg\",");
        assertThat(photos.resolve("out.csv.partial")).doesNotExist();
    }

    @Test
    void aFolderThatWasDoneInPartIsNotBegunAgain(@TempDir Path photos) throws IOException {
        Files.copy(photo(BILL), photos.resolve("bill.jpg"));
        Path nowhere = photos.resolve("out.npy");
        // a folder in the place of the result: all is computed, and nothing can be written
        Files.createDirectories(nowhere.resolve("taken"));

        Run failed = Run.facever("embed", "--batch", photos, "--out", nowhere);
        assertThat(failed.status()).as(failed.err()).isEqualTo(ExitStatus.OUTPUT);
        assertThat(failed.err()).contains("docs/errors.md#embeddings-unwritable");
        Files.delete(nowhere.resolve("taken"));
        Files.delete(nowhere);
        Run again = Run.facever("embed", "--batch", photos, "--out", nowhere);

        assertThat(again.status()).as(again.err()).isEqualTo(ExitStatus.OK);
        assertThat(again.err()).contains("1 of 1 photos were done before");
        assertThat(nowhere).isRegularFile();
        assertThat(EmbeddingFile.names(nowhere)).hasContent("bill.jpg");
    }
}
