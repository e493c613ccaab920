package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudiesTest {
    private static final SubjectBootstrap BOOTSTRAP = new SubjectBootstrap(100, 1);

    @TempDir
    Path folder;

    private PairData data;

    @BeforeEach
    void drawImages() throws IOException {
        TestStages.reset();
        Path pairs = TestStages.draw(folder, 3, 40);
        data = PairData.of(PairsFile.read(pairs), new ImageFolder(folder.resolve("images")), false);
    }

    private Templates store() {
        return new Templates(folder.resolve("cache"), 3, Progress.silent());
    }

    private ObjectNode verification(Pipeline.Settings settings) {
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(settings)) {
            return new VerificationStudy(pipeline, data, store, BOOTSTRAP).json();
        }
    }

    @Test
    void theDocumentHasTheStatedKeysAndCountsFailuresBothWays() {
        ObjectNode json = verification(TestStages.settings());
        assertThat(json.fieldNames())
                .toIterable()
                .contains(
                        "accuracy",
                        "accuracyStd",
                        "auc",
                        "eer",
                        "eerThreshold",
                        "tarAtFar",
                        "bestThreshold",
                        "pairs",
                        "failedToAcquire",
                        "confidence95",
                        "model",
                        "aligner",
                        "pipeline");
        assertThat(json.get("pairs").asInt()).isEqualTo(240);
        assertThat(json.get("failedToAcquire").asInt()).isEqualTo(1);
        assertThat(json.get("failedPairs").asInt()).isEqualTo(1);
        assertThat(json.get("auc").asDouble()).isGreaterThan(0.9);
        // one genuine pair of 120 is lost: TAR is lower by that much when it counts
        double lost = json.at("/tarAtFar/0.1").asDouble() * 119 / 120;
        assertThat(json.at("/failuresAsErrors/tarAtFar/0.1").asDouble()).isCloseTo(lost, within(1e-9));
        assertThat(json.at("/tarAtFar/0.01").isNull()).isTrue();
        assertThat(json.at("/notMeasurable/0.01").asText()).isEqualTo("not measurable with 120 pairs");
        assertThat(json.get("pipeline").asText()).matches("[0-9a-f]{64}");
    }

    @Test
    void theNextRunComputesNothingAndSaysTheSame() {
        ObjectNode first = verification(TestStages.settings());
        assertThat(TestStages.EMBEDDED.get()).isEqualTo(239);
        assertThat(TestStages.DETECTED.get()).isEqualTo(240);
        TestStages.reset();
        assertThat(verification(TestStages.settings())).isEqualTo(first);
        assertThat(TestStages.EMBEDDED.get()).isZero();
        assertThat(TestStages.DETECTED.get()).isZero();
    }

    @Test
    void anotherAlignerSharesTheDetections() {
        ObjectNode crop = verification(TestStages.settings());
        TestStages.reset();
        ObjectNode similarity = verification(TestStages.settings().with(AlignerChoice.parse("similarity")));
        assertThat(TestStages.DETECTED.get()).isZero();
        assertThat(TestStages.EMBEDDED.get()).isEqualTo(239);
        assertThat(similarity.get("pipeline")).isNotEqualTo(crop.get("pipeline"));
    }

    @Test
    void aRunThatBrokeOffGoesOn() {
        TestStages.FAIL_AT.set(150);
        Pipeline.Settings settings = TestStages.settings();
        assertThatThrownBy(() -> verification(settings)).hasMessageContaining("pulled the plug");
        TestStages.reset();
        ObjectNode resumed = verification(settings);
        assertThat(TestStages.EMBEDDED.get()).isLessThanOrEqualTo(239 - 149 + 3);
        assertThat(resumed.get("failedPairs").asInt()).isEqualTo(1);
    }

    @Test
    void allPairsAgreeWithTheCurveOfAllScores() {
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            VerificationStudy study = new VerificationStudy(pipeline, data, store, BOOTSTRAP);
            AllPairs all = study.allPairs(store);
            assertThat(all.genuinePairs()).isEqualTo(119);
            // 239 images: all pairs less the 119 genuine ones
            assertThat(all.impostorPairs()).isEqualTo(239 * 238 / 2 - 119);
            Roc roc = everyPair(study);
            List<AllPairs.RatePoint> points = all.points(BOOTSTRAP);
            assertThat(points).hasSizeGreaterThan(8);
            for (AllPairs.RatePoint point : points) {
                Roc.Point expected = roc.atFmr(point.fmr());
                assertThat(roc.atThreshold(point.threshold()).fmr())
                        .as("FMR at the threshold for %s", point.fmr())
                        .isCloseTo(expected.fmr(), within(1e-12));
                assertThat(point.fnmr())
                        .isCloseTo(roc.atThreshold(point.threshold()).fnmr(), within(1e-12));
                assertThat(all.fmr(point.threshold())).isCloseTo(expected.fmr(), within(1e-12));
                assertThat(point.thresholdInterval()).hasValueSatisfying(interval -> {
                    assertThat(interval.low()).isLessThanOrEqualTo(point.threshold() + 0.05);
                    assertThat(interval.high()).isGreaterThanOrEqualTo(point.threshold() - 0.05);
                });
            }
        }
    }

    private Roc everyPair(VerificationStudy study) {
        List<Map.Entry<PairsFile.Photo, Path>> images = List.copyOf(data.files().entrySet());
        double[] genuine = new double[images.size() * images.size()];
        double[] impostor = new double[images.size() * images.size()];
        int g = 0;
        int n = 0;
        for (int i = 0; i < images.size(); i++) {
            for (int j = i + 1; j < images.size(); j++) {
                Template a = study.templates().get(images.get(i).getValue());
                Template b = study.templates().get(images.get(j).getValue());
                if (!a.acquired() || !b.acquired()) {
                    continue;
                }
                if (images.get(i)
                        .getKey()
                        .person()
                        .equals(images.get(j).getKey().person())) {
                    genuine[g++] = a.cosine(b);
                } else {
                    impostor[n++] = a.cosine(b);
                }
            }
        }
        return Roc.of(Arrays.copyOf(genuine, g), Arrays.copyOf(impostor, n));
    }

    @Test
    void calibrationIsBoundToItsSpaceAndReadable() throws IOException {
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            VerificationStudy study = new VerificationStudy(pipeline, data, store, BOOTSTRAP);
            CalibrationStudy calibration =
                    new CalibrationStudy(pipeline, "colours", study.scored().pairs(), study.allPairs(store), BOOTSTRAP);
            ObjectNode json = calibration.json();
            assertThat(json.get("space").asText())
                    .isEqualTo(pipeline.verifier().space().id());
            assertThat(json.at("/balanced/threshold").asDouble()).isBetween(-1.0, 1.0);
            assertThat(json.at("/logistic/slope").asDouble()).isPositive();
            Properties properties = new Properties();
            properties.load(new StringReader(calibration.properties()));
            assertThat(properties.getProperty("aligner"))
                    .isEqualTo(pipeline.verifier().space().alignment());
            assertThat(properties.getProperty("fmr.0.01").split(" ")).hasSize(4);
            assertThat(properties.getProperty("fmr.0.00001")).isNull();
        }
    }

    @Test
    void flippingIsAnotherPipelineAndGivesUnitVectors() {
        Pipeline.Settings plain = TestStages.settings();
        Pipeline.Settings flipped = new Pipeline.Settings(
                Optional.of("colour-model"), plain.aligner(), true, plain.device(), 1, plain.engine(), plain.models());
        ObjectNode json = verification(flipped);
        assertThat(TestStages.EMBEDDED.get()).isEqualTo(2 * 239);
        assertThat(json.get("aligner").asText()).isEqualTo("crop + flip");
        assertThat(json.get("pipeline")).isNotEqualTo(verification(plain).get("pipeline"));
    }

    @Test
    void aReportIsWholeSelfContainedAndHasATableForEachCsv() throws IOException {
        Path out = folder.resolve("report");
        ReportWriter writer = ReportWriter.to(out);
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            VerificationStudy study = new VerificationStudy(pipeline, data, store, BOOTSTRAP);
            GroupsFile groups = GroupsFile.parse("g", List.of("person,group", "P0_0,a", "P0_1,a", "P1_0,b"));
            writer.write(
                    "A <report>",
                    List.of(
                            study.table1(),
                            study.table3(),
                            study.allPairsSection(study.allPairs(store)),
                            IdentificationStudy.of(new ImageFolder(folder.resolve("images")))
                                    .run(pipeline, store),
                            RobustnessStudy.run(pipeline, data, store, BOOTSTRAP, 3),
                            study.fairness(groups),
                            study.errors()));
        }
        String html = Files.readString(out.resolve("report.html"));
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .endsWith("</html>\n")
                .contains("A &lt;report&gt;", "<svg", "Figure 1. ROC", "Group b has 1 pairs")
                .doesNotContain("src=\"http", "<script", "@import");
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains(
                            "report.html",
                            "report.json",
                            "verification.csv",
                            "separability.csv",
                            "identification.csv",
                            "robustness.csv",
                            "poses.csv",
                            "groups.csv")
                    .noneMatch(name -> name.endsWith(".tmp"));
        }
        assertThat(ReportWriter.mapper()
                        .readTree(out.resolve("report.json").toFile())
                        .at("/verification/pairs")
                        .asInt())
                .isEqualTo(240);
    }

    @Test
    void ablationComparesTheSamePairsBehindDifferentCrops() {
        try (Templates store = store()) {
            Section section = AblationStudy.run(TestStages.settings(), AblationStudy.choices(), data, store, BOOTSTRAP);
            assertThat(section.json().at("/asIs/crop/failedPairs").asInt()).isEqualTo(1);
            assertThat(section.json().at("/asIs/whole image/failedPairs").asInt())
                    .isZero();
            assertThat(section.json().at("/perturbed/similarity/auc").asDouble())
                    .isBetween(0.5, 1.0);
        }
    }

    @Test
    void latencyNamesTheMachineAndTimesEachPart() {
        List<Path> files = List.copyOf(data.files().values()).subList(0, 5);
        Section section = LatencyStudy.run(TestStages.settings(), files, 500, Progress.silent());
        assertThat(section.json().get("cores").asInt()).isPositive();
        assertThat(section.json().get("processor").asText()).isNotEmpty();
        assertThat(section.json().at("/devices/cpu/detect/medianMs").isNumber()).isTrue();
        assertThat(section.json().at("/devices/cpu").size()).isEqualTo(6);
    }

    @Test
    void csvCellsAreQuotedWhereTheyMust() {
        assertThat(ReportWriter.csv(
                        Section.table("t", "c", List.of("a", "b"), List.of(new String[][] {{"x,y", "say \"hi\""}}))))
                .isEqualTo("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n");
    }
}
