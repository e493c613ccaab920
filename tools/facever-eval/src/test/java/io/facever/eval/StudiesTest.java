package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.facever.Detector;
import io.facever.Face;
import io.facever.Image;
import io.facever.ModelDescription;
import io.facever.spi.DetectorProvider;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    void theDocumentNamesEachRateOnceAndGivesIntervalsForAll() {
        ObjectNode json = verification(TestStages.settings());
        List<String> rates = List.of("0.1", "0.01", "0.001");
        assertThat(json.get("tarAtFar").fieldNames()).toIterable().containsExactlyElementsOf(rates);
        assertThat(json.at("/confidence95/tarAtFar").fieldNames()).toIterable().containsExactlyElementsOf(rates);
        for (String figure : List.of("accuracy", "auc", "eer")) {
            assertThat(json.at("/confidence95/" + figure + "/0").asDouble())
                    .as("lower end of %s", figure)
                    .isLessThanOrEqualTo(json.get(figure).asDouble());
            assertThat(json.at("/confidence95/" + figure + "/1").asDouble())
                    .as("upper end of %s", figure)
                    .isGreaterThanOrEqualTo(json.get(figure).asDouble());
        }
        assertThat(json.get("accuracyStd").asDouble()).isNotNegative();
        assertThat(json.get("eerThreshold").asDouble()).isBetween(-1.0, 1.0);
        assertThat(json.get("bestThreshold").asDouble()).isBetween(-1.0, 1.0);
    }

    @Test
    void tenFoldsAreCrossValidatedAsTen() throws IOException {
        Path full = folder.resolve("full");
        Path pairs = TestStages.draw(full, 10, 6);
        PairData ten = PairData.of(PairsFile.read(pairs), new ImageFolder(full.resolve("images")), false);
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            VerificationStudy study = new VerificationStudy(pipeline, ten, store, BOOTSTRAP);
            assertThat(study.figures().accuracy().folds()).hasSize(10);
            assertThat(study.json().get("pairs").asInt()).isEqualTo(120);
        }
    }

    @Test
    void missingImagesThatMayBeLeftOutAreListed() throws IOException {
        Files.delete(folder.resolve("images/P0_3/P0_3_0002.png"));
        data = PairData.of(
                PairsFile.read(folder.resolve("pairs.txt")), new ImageFolder(folder.resolve("images")), true);
        ObjectNode json = verification(TestStages.settings());
        assertThat(json.get("skippedPairs").asInt()).isEqualTo(1);
        assertThat(json.get("missingImages")).hasSize(1);
        assertThat(json.at("/missingImages/0").asText()).isEqualTo("P0_3/P0_3_0002");
        assertThat(json.get("pairs").asInt()).isEqualTo(239);
    }

    @Test
    void aDetectorOfOtherSettingsIsAnotherPipeline() {
        assertThat(digestOf("finder/1 face=20"))
                .isEqualTo(digestOf("finder/1 face=20"))
                .isNotEqualTo(digestOf("finder/1 face=40"));
    }

    private static String digestOf(String id) {
        RecordingDetector recording = new RecordingDetector(new DetectorProvider() {
            @Override
            public String name() {
                return "finder";
            }

            @Override
            public int rank() {
                return 0;
            }

            @Override
            public Detector create(StageContext context) {
                return new Detector() {
                    @Override
                    public List<Face> detect(Image image) {
                        return List.of();
                    }

                    @Override
                    public String id() {
                        return id;
                    }
                };
            }
        });
        recording.create(new StageContext() {
            @Override
            public ModelDescription describe(String model) {
                throw new AssertionError("nothing is described here");
            }

            @Override
            public InferenceSession open(String model, String network) {
                throw new AssertionError("nothing is opened here");
            }
        });
        return recording.digest();
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

    @Test
    void groupsAreComparedOnTheProtocolsPairsAndOnAllOfTheirs() {
        List<String> lines = new ArrayList<>(List.of("person,group"));
        data.people().keySet().forEach(person -> lines.add(person + (person.startsWith("P0") ? ",a" : ",b")));
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            VerificationStudy study = new VerificationStudy(pipeline, data, store, BOOTSTRAP);
            Section section = study.fairness(GroupsFile.parse("groups.csv", lines), Optional.of(store));
            ObjectNode json = section.json();
            // 40 people in fold 0, two images each: 40 pairs in the file, all of 80 images against each other
            assertThat(json.at("/groups/a/impostorPairs").asInt()).isEqualTo(40);
            assertThat(json.at("/allPairs/groups/a/impostorPairs").asInt()).isEqualTo(80 * 79 / 2 - 40);
            assertThat(json.at("/allPairs/groups/b/genuinePairs").asInt()).isEqualTo(79);
            double a = json.at("/allPairs/groups/a/fmr").asDouble();
            double b = json.at("/allPairs/groups/b/fmr").asDouble();
            assertThat(a).isStrictlyBetween(0.0, 1.0);
            assertThat(json.at("/allPairs/groups/a/fmr95/0").asDouble()).isLessThan(a);
            assertThat(json.at("/allPairs/groups/a/fmr95/1").asDouble()).isGreaterThan(a);
            assertThat(json.at("/allPairs/largestFmrRatio").asDouble())
                    .isCloseTo(Math.max(a, b) / Math.min(a, b), within(1e-9));
            assertThat(section.elements())
                    .filteredOn(element -> element instanceof Section.Note note && note.warning())
                    .extracting(element -> ((Section.Note) element).text().replaceAll("\\. No error.*", ""))
                    .containsExactly(
                            "Group a is too small to say anything about small error rates: 40 pairs of the same person and"
                                    + " 40 of different people",
                            "Group b is too small to say anything about small error rates: 79 pairs of the same person and"
                                    + " 80 of different people",
                            "Group a is too small to say anything about small error rates with all pairs: 40 pairs of the"
                                    + " same person and 3120 of different people",
                            "Group b is too small to say anything about small error rates with all pairs: 79 pairs of the"
                                    + " same person and 12482 of different people");
        }
    }

    @Test
    void ratesAtAThresholdAreThoseOfTheCurveOfAllScores() {
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            VerificationStudy study = new VerificationStudy(pipeline, data, store, BOOTSTRAP);
            AllPairs.Rates rates = study.allPairs(store).at(0.97, BOOTSTRAP);
            Roc.Point expected = everyPair(study).atThreshold(0.97);
            assertThat(rates.point().fmr()).isCloseTo(expected.fmr(), within(1e-12));
            assertThat(rates.point().fnmr()).isCloseTo(expected.fnmr(), within(1e-12));
            Interval fmr = rates.fmrInterval().orElseThrow();
            assertThat(expected.fmr()).isBetween(fmr.low(), fmr.high());
            assertThat(fmr.high() - fmr.low()).isLessThan(0.2);
        }
    }

    @Test
    void aPersonOfTheGalleryWithSeveralImagesCountsOnce() throws IOException {
        Path gallery = folder.resolve("gallery.txt");
        Path probes = folder.resolve("probes.txt");
        // person 0 is enrolled with both images and searched for with one of them: no stranger can be nearer
        Files.writeString(gallery, "P0_0 1\nP0_0 2\nP0_1 1\n");
        Files.writeString(probes, "P0_0\t2\nP0_2\t1\n");
        try (Templates store = store();
                Pipeline pipeline = Pipeline.open(TestStages.settings())) {
            ObjectNode json = IdentificationStudy.of(new ImageFolder(folder.resolve("images")), gallery, probes, false)
                    .run(pipeline, store)
                    .json();
            assertThat(json.get("galleryPeople").asInt()).isEqualTo(2);
            assertThat(json.get("rank1").asDouble()).isEqualTo(1);
            assertThat(json.get("knownProbes").asInt()).isEqualTo(1);
            assertThat(json.get("unknownProbes").asInt()).isEqualTo(1);
            Files.writeString(probes, "P0_2\t1\n");
            IdentificationStudy strangers =
                    IdentificationStudy.of(new ImageFolder(folder.resolve("images")), gallery, probes, false);
            assertThatThrownBy(() -> strangers.run(pipeline, store))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("none of the 1 probes");
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
                Optional.of("colour-model"),
                plain.aligner(),
                true,
                false,
                plain.device(),
                1,
                plain.engine(),
                plain.models());
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
                            RobustnessStudy.run(pipeline, data, store, BOOTSTRAP, 3, Degradation.all()),
                            study.fairness(groups, Optional.empty()),
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
    void coveredFacesAreComparedInEveryWayOverTheSamePairs() {
        try (Templates store = store()) {
            Section section = CoverStudy.run(TestStages.settings(), data, store, BOOTSTRAP, 3);
            for (String way : List.of(
                    "crop",
                    "crop, first masked alike",
                    "crop, mean of both similarities",
                    "similarity",
                    "similarity, all landmarks of covered faces predicted",
                    "similarity, implausible landmarks predicted")) {
                assertThat(section.json().at("/" + way + "/auc").asDouble())
                        .as(way)
                        .isBetween(0.5, 1.0);
            }
            // these faces all have the same landmarks, so a prediction changes nothing
            assertThat(section.json().at("/similarity, all landmarks of covered faces predicted/auc"))
                    .isEqualTo(section.json().at("/similarity/auc"));
            assertThat(section.json().at("/coefficients").size()).isEqualTo(6);
        }
    }

    @Test
    void withoutOtherPeopleThereIsNothingToFitLandmarksOn() {
        try (Templates store = store()) {
            assertThatThrownBy(() -> CoverStudy.run(TestStages.settings(), data, store, BOOTSTRAP, 40))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("--per-fold");
        }
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
