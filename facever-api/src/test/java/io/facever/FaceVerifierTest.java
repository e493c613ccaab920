package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.facever.spi.DetectorProvider;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.StageContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceVerifierTest {
    private static final Image ONE_FACE = Fakes.image(200, 200, 1, 0);
    private static final Image SAME_PERSON = Fakes.image(200, 200, 1, 20);
    private static final Image OTHER_PERSON = Fakes.image(200, 200, 1, 80);
    private static final Image NO_FACE = Fakes.image(200, 200, 0);
    private static final Image TWO_FACES = Fakes.image(200, 200, 2, 0);

    private static FaceVerifier.Builder builder() {
        return builder(Fakes.model().threshold(Threshold.of(0.5, "a test")).build());
    }

    private static FaceVerifier.Builder builder(DetectorProvider detector) {
        return FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(detector)
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(
                        Fakes.model().threshold(Threshold.of(0.5, "a test")).build()));
    }

    private static FaceVerifier.Builder builder(ModelDescription model) {
        return FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(model));
    }

    @Test
    void aSimilarityAboveTheThresholdIsAMatchAndOneBelowIsNot() {
        try (FaceVerifier verifier = builder().build()) {
            Verification same = verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(same.outcome()).isEqualTo(Outcome.MATCH);
            assertThat(same.similarity()).isCloseTo(Math.cos(Math.toRadians(20)), within(1e-6));
            assertThat(same.reasons()).isEmpty();
            assertThat(same.first().face()).isPresent();
            assertThat(same.space()).isEqualTo(verifier.space());
            assertThat(verifier.verify(ONE_FACE, OTHER_PERSON).outcome()).isEqualTo(Outcome.NO_MATCH);
        }
    }

    @Test
    void aCallMaySetItsOwnThreshold() {
        try (FaceVerifier verifier = builder().build()) {
            Verification strict = verifier.verify(ONE_FACE, SAME_PERSON, FaceSelection.LARGEST, Threshold.of(0.99));
            assertThat(strict.outcome()).isEqualTo(Outcome.NO_MATCH);
            assertThat(strict.threshold().value()).isEqualTo(0.99);
        }
    }

    @Test
    void missingFacesAreAnOutcomeThatNamesEveryImageWithoutOne() {
        try (FaceVerifier verifier = builder().build()) {
            Verification result = verifier.verify(NO_FACE, NO_FACE);
            assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(result.reasons()).containsExactly(Reason.NO_FACE_IN_FIRST_IMAGE, Reason.NO_FACE_IN_SECOND_IMAGE);
            assertThat(result.similarity()).isNaN();
            assertThat(verifier.verify(ONE_FACE, NO_FACE).reasons()).containsExactly(Reason.NO_FACE_IN_SECOND_IMAGE);
        }
    }

    @Test
    void severalFacesAreInconclusiveOnlyWhereOneIsRequired() {
        try (FaceVerifier verifier = builder().build()) {
            assertThat(verifier.verify(TWO_FACES, ONE_FACE, FaceSelection.SINGLE, Threshold.of(0.5))
                            .reasons())
                    .containsExactly(Reason.SEVERAL_FACES_IN_FIRST_IMAGE);
            Verification largest = verifier.verify(TWO_FACES, ONE_FACE);
            assertThat(largest.outcome()).isNotEqualTo(Outcome.INCONCLUSIVE);
            assertThat(largest.first().faces()).hasSize(2);
            assertThat(largest.first().face().orElseThrow().box().width()).isEqualTo(50);
        }
    }

    @Test
    void allPairsTellsTheBestPair() {
        try (FaceVerifier verifier =
                builder().faceSelection(FaceSelection.ALL_PAIRS).build()) {
            // the second face of TWO_FACES is turned by 90 degrees, so near to 80
            Verification result = verifier.verify(TWO_FACES, OTHER_PERSON);
            assertThat(result.similarity()).isCloseTo(Math.cos(Math.toRadians(10)), within(1e-6));
            assertThat(result.first().face().orElseThrow().box().x1()).isEqualTo(100);
        }
    }

    @Test
    void aFaceBelowTheLeastSizeIsInconclusive() {
        try (FaceVerifier verifier = builder().minFaceSize(41).build()) {
            assertThat(verifier.verify(ONE_FACE, ONE_FACE).reasons())
                    .containsExactly(Reason.FACE_TOO_SMALL_IN_FIRST_IMAGE, Reason.FACE_TOO_SMALL_IN_SECOND_IMAGE);
        }
    }

    @Test
    void livenessIsToldAndChangesNoOutcomeUnlessItIsToBlock() {
        Liveness half = (image, face) -> 0.5;
        try (FaceVerifier verifier =
                builder().liveness(Liveness.of(half).threshold(0.6)).build()) {
            Verification result = verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(result.outcome()).isEqualTo(Outcome.MATCH);
            assertThat(result.first().liveness()).contains(new Liveness.Result(0.5, 0.6));
            assertThat(result.second().liveness().orElseThrow().isLive()).isFalse();
        }
        try (FaceVerifier verifier = builder().build()) {
            assertThat(verifier.verify(ONE_FACE, SAME_PERSON).first().liveness())
                    .isEmpty();
        }
    }

    @Test
    void aBlockedFaceIsInconclusiveWithOneReasonAndTheScoreThatSaysWhy() {
        try (FaceVerifier verifier =
                builder().liveness(Liveness.of((image, face) -> 0.4).blocking()).build()) {
            Verification result = verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(result.similarity()).isNaN();
            assertThat(result.reasons()).containsExactly(Reason.SPOOF_SUSPECTED);
            assertThat(result.first().face()).isEmpty();
            assertThat(result.first().liveness()).contains(new Liveness.Result(0.4, 0.5));
            assertThat(verifier.verify(NO_FACE, SAME_PERSON).reasons())
                    .containsExactly(Reason.NO_FACE_IN_FIRST_IMAGE, Reason.SPOOF_SUSPECTED);
        }
    }

    @Test
    void amongAllPairsOnlyLiveFacesAreComparedWhenPicturesAreBlocked() {
        Liveness onlyTheFirst = (image, face) -> face.box().x1() == 0 ? 1 : 0;
        try (FaceVerifier verifier = builder()
                .faceSelection(FaceSelection.ALL_PAIRS)
                .liveness(Liveness.of(onlyTheFirst).blocking())
                .build()) {
            Verification result = verifier.verify(TWO_FACES, OTHER_PERSON);
            assertThat(result.first().face().orElseThrow().box().x1()).isZero();
            assertThat(result.first().liveness().orElseThrow().score()).isEqualTo(1);
        }
    }

    @Test
    void livenessOnRequestIsCheckedWhenItIsAskedForAlone() {
        try (FaceVerifier verifier = builder()
                .liveness(Liveness.of((image, face) -> 0.4).onRequest())
                .build()) {
            Verification result = verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(result.first().liveness()).isEmpty();
            assertThat(verifier.liveness(ONE_FACE, result.first().face().orElseThrow()))
                    .isEqualTo(new Liveness.Result(0.4, 0.5));
        }
    }

    @Test
    void livenessThatWasNotAskedForOrIsNotThereSaysWhatToDo() {
        try (FaceVerifier verifier = builder().build()) {
            Face face = Fakes.face(0, 0, 40, 0.9);
            assertThatIllegalStateException()
                    .isThrownBy(() -> verifier.liveness(ONE_FACE, face))
                    .withMessageContaining("liveness(Liveness.passive())");
        }
        assertThatThrownBy(() -> builder().liveness(Liveness.passive()).build())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("io.facever:facever-liveness");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Liveness.passive().threshold(Double.NaN))
                .withMessageContaining("[0, 1]");
    }

    @Test
    void oneToManyEqualsOneToOneInOrder() {
        try (FaceVerifier verifier = builder().build()) {
            List<Image> others = List.of(SAME_PERSON, NO_FACE, OTHER_PERSON);
            List<Verification> many = verifier.verifyOneToMany(ONE_FACE, others);
            assertThat(many).hasSize(3);
            for (int i = 0; i < 3; i++) {
                Verification one = verifier.verify(ONE_FACE, others.get(i));
                // a Double equals itself also as NaN, as which two inconclusive results would differ field by field
                assertThat(many.get(i).similarity()).isEqualTo((Double) one.similarity());
                assertThat(many.get(i).outcome()).isEqualTo(one.outcome());
                assertThat(many.get(i).reasons()).isEqualTo(one.reasons());
                assertThat(many.get(i).first()).isEqualTo(one.first());
                assertThat(many.get(i).second()).isEqualTo(one.second());
            }
            assertThat(verifier.verifyOneToMany(ONE_FACE, List.of())).isEmpty();
        }
    }

    @Test
    void pathsBytesAndStreamsDecodeAlike(@TempDir Path folder) throws IOException {
        byte[] bytes = {1, 20, 0};
        Path file = Files.write(folder.resolve("photo"), bytes);
        try (FaceVerifier verifier = builder().build()) {
            byte[] expected = SAME_PERSON.toRgb();
            assertThat(verifier.decode(file).toRgb()).isEqualTo(expected);
            assertThat(verifier.decode(bytes).toRgb()).isEqualTo(expected);
            assertThat(verifier.decode(new ByteArrayInputStream(bytes)).toRgb()).isEqualTo(expected);
            assertThat(verifier.verify(file, file).outcome()).isEqualTo(Outcome.MATCH);
        }
    }

    @Test
    void filesThatAreNotThereOrFoldersAreNamed(@TempDir Path folder) {
        try (FaceVerifier verifier = builder().build()) {
            assertThatThrownBy(() -> verifier.verify(folder.resolve("gone.jpg"), folder))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("gone.jpg does not exist")
                    .hasMessageContaining("docs/errors.md#");
            assertThatThrownBy(() -> verifier.decode(folder))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("is a folder");
        }
    }

    @Test
    void embedGivesNothingWhereThereIsNoFace() {
        try (FaceVerifier verifier = builder().build()) {
            assertThat(verifier.embed(NO_FACE)).isEmpty();
            Embedding first = verifier.embed(ONE_FACE).orElseThrow();
            Embedding second = verifier.embed(SAME_PERSON).orElseThrow();
            assertThat(verifier.compare(first, second).similarity())
                    .isEqualTo(verifier.verify(ONE_FACE, SAME_PERSON).similarity());
        }
    }

    @Test
    void compareRefusesEmbeddingsOfAnotherSpaceEvenWhenTheyAgree() {
        Embedding foreign = Embedding.of(EmbeddingSpace.of(Fakes.model().build(), "else"), new float[] {1, 0});
        try (FaceVerifier verifier = builder().build()) {
            assertThatThrownBy(() -> verifier.compare(foreign, foreign)).isInstanceOf(EmbeddingMismatchException.class);
        }
    }

    @Test
    void aModelWithoutThresholdNeedsOneInTheBuilder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder(Fakes.model().build()).build())
                .withMessageContaining("threshold");
        builder(Fakes.model().build()).threshold(Threshold.of(0.3)).build().close();
    }

    @Test
    void aCalibrationOfTheSpaceGivesDefaultAndErrorRates() {
        EmbeddingSpace space = EmbeddingSpace.of(Fakes.model().build(), "passing");
        Calibration calibration = new Calibration(
                space.id(),
                "drawn data",
                5000,
                500,
                0.44,
                List.of(new Calibration.OperatingPoint(0.001, 0.6, 0.55, 0.65, 0.02)));
        ModelDescription model = Fakes.model()
                .threshold(Threshold.of(0.1))
                .calibration(calibration)
                .build();
        try (FaceVerifier verifier = builder(model).build()) {
            assertThat(verifier.threshold().value()).isEqualTo(0.44);
            Threshold resolved = verifier.resolve(Threshold.atFmr(0.001));
            assertThat(resolved.value()).isEqualTo(0.6);
            assertThat(resolved.origin()).contains("drawn data", "0.5500", "0.6500");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> verifier.resolve(Threshold.atFmr(1e-5)))
                    .withMessageContaining("5000 impostor pairs")
                    .withMessageContaining("0.001");
        }
    }

    @Test
    void theErrorRateOfAGalleryNeedsALowerOneForEachComparison() {
        EmbeddingSpace space = EmbeddingSpace.of(Fakes.model().build(), "passing");
        ModelDescription model = Fakes.model()
                .calibration(new Calibration(
                        space.id(),
                        "drawn data",
                        5000,
                        500,
                        0.44,
                        List.of(
                                new Calibration.OperatingPoint(0.001, 0.6, 0.55, 0.65, 0.02),
                                new Calibration.OperatingPoint(0.01, 0.5, 0.48, 0.52, 0.01))))
                .build();
        try (FaceVerifier verifier = builder(model).build()) {
            assertThat(verifier.resolve(Threshold.atFpir(0.01, 1)).value()).isEqualTo(0.5);
            assertThat(verifier.resolve(Threshold.atFpir(0.01, 2)).value()).isEqualTo(0.6);
            Threshold largest = verifier.resolve(Threshold.atFpir(0.01, 10));
            assertThat(largest.value()).isEqualTo(0.6);
            assertThat(largest.origin())
                    .contains("FPIR 0.01 among 10 templates", "FMR 0.001", "drawn data", "0.5500", "0.6500");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> verifier.resolve(Threshold.atFpir(0.01, 11)))
                    .withMessageContaining("FPIR 0.01 among 11 templates")
                    .withMessageContaining("fmr-not-supported");
        }
    }

    @Test
    void anErrorRateWithoutCalibrationIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().threshold(Threshold.atFmr(0.001)).build())
                .withMessageContaining("no calibration");
    }

    @Test
    void theVerifierClosesWhatItMadeAndNothingItWasGiven() {
        Fakes.CountingDetector made = new Fakes.CountingDetector();
        Fakes.AngleEmbedder given = new Fakes.AngleEmbedder(
                Fakes.model().threshold(Threshold.of(0.5)).build());
        FaceVerifier verifier = FaceVerifier.builder()
                .detector(provider(made))
                .aligner(new Fakes.PassingAligner())
                .embedder(given)
                .build();
        verifier.close();
        verifier.close();
        assertThat(made.closed).isEqualTo(1);
        assertThat(given.closed).isZero();
    }

    @Test
    void aBuildThatFailsClosesWhatItMade() {
        Fakes.CountingDetector made = new Fakes.CountingDetector();
        assertThatIllegalArgumentException().isThrownBy(() -> FaceVerifier.builder()
                .detector(provider(made))
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(Fakes.model().build()))
                .build());
        assertThat(made.closed).isEqualTo(1);
    }

    private static DetectorProvider provider(Detector detector) {
        return new DetectorProvider() {
            @Override
            public String name() {
                return "given";
            }

            @Override
            public int rank() {
                return 0;
            }

            @Override
            public Detector create(StageContext context) {
                return detector;
            }
        };
    }

    @Test
    void useAfterCloseSaysSo() {
        FaceVerifier verifier = builder().build();
        verifier.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> verifier.verify(ONE_FACE, ONE_FACE))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> verifier.detect(ONE_FACE));
        assertThatIllegalStateException().isThrownBy(() -> verifier.embed(ONE_FACE));
    }

    @Test
    void closeWaitsForRunningCalls() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Detector slow = image -> {
            inside.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        };
        FaceVerifier verifier = builder().detector(slow).build();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            Future<List<Face>> call = pool.submit(() -> verifier.detect(ONE_FACE));
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            Future<?> closing = pool.submit(verifier::close);
            assertThat(closing.isDone()).isFalse();
            leave.countDown();
            assertThat(call.get(10, TimeUnit.SECONDS)).isEmpty();
            closing.get(10, TimeUnit.SECONDS);
        } finally {
            leave.countDown();
            pool.shutdownNow();
        }
    }

    @Test
    void worksOnBothPhotosAtOnceAndEndsItsThreadsWithClose() throws Exception {
        Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors");
        CountDownLatch both = new CountDownLatch(2);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Detector detector = image -> {
            threads.add(Thread.currentThread());
            both.countDown();
            try {
                assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        };
        try (FaceVerifier verifier = builder().detector(detector).build()) {
            verifier.verify(ONE_FACE, ONE_FACE);
        }
        assertThat(threads).hasSize(2).contains(Thread.currentThread());
        threads.remove(Thread.currentThread());
        Thread helper = threads.iterator().next();
        // idle threads end by themselves, but later than this
        helper.join(TimeUnit.SECONDS.toMillis(5));
        assertThat(helper.isAlive()).isFalse();
    }

    @Test
    void ofTwoPhotosThatFailTheFirstIsTold(@TempDir Path folder) throws Exception {
        Path first = Files.write(folder.resolve("first"), new byte[1]);
        Path second = Files.write(folder.resolve("second"), new byte[1]);
        try (FaceVerifier verifier = builder().decoder(new Fakes.BytesDecoder()).build()) {
            assertThatThrownBy(() -> verifier.verify(first, second))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining(first.toString());
            assertThatThrownBy(() -> verifier.verify(folder.resolve("missing"), second))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("missing");
        }
    }

    @Test
    void contradictingSettingsAreRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> builder().model("facenet-vggface2").build())
                .withMessageContaining("model and a finished embedder");
        assertThatIllegalStateException()
                .isThrownBy(() -> builder().aligner("crop").build())
                .withMessageContaining("aligner");
    }

    /** A detector that shares out each call as a stage of facever may. */
    private static DetectorProvider sharing(int count, IntConsumer part) {
        return new DetectorProvider() {
            @Override
            public String name() {
                return "sharing";
            }

            @Override
            public int rank() {
                return 0;
            }

            @Override
            public Detector create(StageContext context) {
                return image -> {
                    context.forEachPart(count, part);
                    return List.of();
                };
            }
        };
    }

    @Test
    void doesPartsOfACallAtOnceWhereProcessorsAreIdle() {
        Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors");
        CountDownLatch both = new CountDownLatch(2);
        DetectorProvider provider = sharing(2, part -> {
            both.countDown();
            Fakes.await(both);
        });
        try (FaceVerifier verifier = builder(provider).threads(2).build()) {
            verifier.detect(ONE_FACE);
        }
        assertThat(both.getCount()).isZero();
    }

    @Test
    void doesAllPartsOnTheCallersThreadIfToldToUseOne() {
        List<String> done = new ArrayList<>();
        DetectorProvider provider =
                sharing(3, part -> done.add(part + " " + Thread.currentThread().getName()));
        try (FaceVerifier verifier = builder(provider).threads(1).build()) {
            verifier.detect(ONE_FACE);
        }
        String caller = Thread.currentThread().getName();
        assertThat(done).containsExactly("0 " + caller, "1 " + caller, "2 " + caller);
    }

    @Test
    void doesEachPartOnceWhoeverHelps() {
        AtomicIntegerArray done = new AtomicIntegerArray(1000);
        try (FaceVerifier verifier =
                builder(sharing(done.length(), done::incrementAndGet)).build()) {
            verifier.detect(ONE_FACE);
        }
        for (int part = 0; part < done.length(); part++) {
            assertThat(done.get(part)).isEqualTo(1);
        }
    }

    @Test
    void aPartThatFailsFailsTheCallWhenNoOtherPartRuns() {
        AtomicInteger running = new AtomicInteger();
        DetectorProvider provider = sharing(100, part -> {
            running.incrementAndGet();
            try {
                if (part == 50) {
                    throw new EngineException("inference-failed", "part 50");
                }
            } finally {
                running.decrementAndGet();
            }
        });
        try (FaceVerifier verifier = builder(provider).build()) {
            assertThatThrownBy(() -> verifier.detect(ONE_FACE))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("part 50");
            assertThat(running).hasValue(0);
        }
    }

    @Test
    void argumentsAreCheckedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaceVerifier.builder().threads(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaceVerifier.builder().minFaceSize(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaceVerifier.builder().maxPixels(0));
        try (FaceVerifier verifier = builder().build()) {
            assertThatNullPointerException().isThrownBy(() -> verifier.verify((Path) null, Path.of("b.jpg")));
            assertThatNullPointerException().isThrownBy(() -> verifier.verify(ONE_FACE, null));
            assertThatNullPointerException().isThrownBy(() -> verifier.detect(null));
        }
    }

    @Test
    void withoutPartsTheMessageNamesTheArtifactToAdd() {
        assertThatThrownBy(() -> FaceVerifier.builder().build())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("io.facever:facever-facenet");
        assertThatThrownBy(() -> FaceVerifier.builder()
                        .embedder(new Fakes.AngleEmbedder(
                                Fakes.model().threshold(Threshold.of(0.5)).build()))
                        .aligner("crop")
                        .build())
                .hasMessageContaining("no aligner named 'crop'");
    }

    @Test
    void anAlignerThatSuitsTheModelButIsNotThereIsNoError() {
        // with no aligner at all the error is the usual one, and does not ask for the name
        assertThatThrownBy(() -> FaceVerifier.builder()
                        .embedder(new Fakes.AngleEmbedder(Fakes.model()
                                .aligner("crop")
                                .threshold(Threshold.of(0.5))
                                .build()))
                        .build())
                .hasMessageContaining("no aligner was found")
                .hasMessageNotContaining("'crop'");
    }

    @Test
    void withoutADecoderDecodedImagesStillServe() {
        try (FaceVerifier verifier = FaceVerifier.builder()
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(
                        Fakes.model().threshold(Threshold.of(0.5)).build()))
                .build()) {
            assertThat(verifier.verify(ONE_FACE, SAME_PERSON).isMatch()).isTrue();
            assertThatThrownBy(() -> verifier.decode(new byte[] {1, 2, 3}))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("io.facever:facever-image");
        }
    }

    @Test
    void anEmbedderThatBringsItsModelNeedsNoModelSource() {
        ModelDescription own =
                Fakes.model().threshold(Threshold.of(0.5, "a test")).build();
        EmbedderProvider provider = new EmbedderProvider() {
            @Override
            public String name() {
                return own.architecture();
            }

            @Override
            public int rank() {
                return 0;
            }

            @Override
            public String defaultModel() {
                return own.id();
            }

            @Override
            public Optional<ModelDescription> ownModel() {
                return Optional.of(own);
            }

            @Override
            public Embedder create(ModelDescription model, StageContext context) {
                return new Fakes.AngleEmbedder(model);
            }
        };
        FaceVerifier.Builder builder = FaceVerifier.builder()
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(provider);
        try (FaceVerifier byDefault = builder.build();
                FaceVerifier byName = builder.model(own.id()).build()) {
            assertThat(byDefault.model()).isSameAs(own);
            assertThat(byName.model()).isSameAs(own);
        }
        assertThatThrownBy(() -> builder.model("another").build()).isInstanceOf(EngineException.class);
    }
}
