package io.facever.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.facever.Box;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceSelection;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Outcome;
import io.facever.Reason;
import io.facever.Threshold;
import io.facever.Verification;
import io.facever.conformance.Shared;
import io.facever.image.Images;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main job, on real photos with the published weights. No connection is opened: the models come from a folder. */
@Tag("weights")
class VerificationTest {
    private static final Logger LOG = LoggerFactory.getLogger(VerificationTest.class);

    private static final List<String> PEOPLE = List.of("Bill_Gates", "Larry_Page", "Mark_Zuckerberg");

    @SuppressWarnings("NullAway.Init")
    private static FaceVerifier verifier;

    @BeforeAll
    static void build() {
        verifier = FaceVerifier.builder().models(Shared.models()).build();
    }

    @AfterAll
    static void close() {
        if (verifier != null) {
            verifier.close();
        }
    }

    private static Path photo(String name) {
        return Shared.image("photos/" + name + ".jpg");
    }

    private record Portrait(String person, String name, Embedding embedding) {}

    private static List<Portrait> portraits(FaceVerifier with) {
        List<Portrait> portraits = new ArrayList<>();
        for (String person : PEOPLE) {
            for (int i = 0; i < 3; i++) {
                String name = person + "_000" + i;
                Embedding embedding = with.embed(Images.read(photo(name))).orElseThrow();
                portraits.add(new Portrait(person, name, embedding));
            }
        }
        return portraits;
    }

    @Test
    void everyPairOfTheNinePhotosIsDecidedRight() {
        assertEveryPairIsRight(verifier);
    }

    @Test
    void everyPairIsDecidedRightFromMarginCropsToo() {
        try (FaceVerifier crop =
                FaceVerifier.builder().models(Shared.models()).aligner("crop").build()) {
            assertEveryPairIsRight(crop);
        }
    }

    private static void assertEveryPairIsRight(FaceVerifier with) {
        List<Portrait> portraits = portraits(with);
        List<String> wrong = new ArrayList<>();
        double leastSame = 1;
        double mostOther = -1;
        for (int i = 0; i < portraits.size(); i++) {
            for (int j = 0; j < i; j++) {
                Portrait one = portraits.get(i);
                Portrait other = portraits.get(j);
                var comparison = with.compare(one.embedding(), other.embedding());
                boolean same = one.person().equals(other.person());
                if (same) {
                    leastSame = Math.min(leastSame, comparison.similarity());
                } else {
                    mostOther = Math.max(mostOther, comparison.similarity());
                }
                if ((comparison.outcome() == Outcome.MATCH) != same) {
                    wrong.add(one.name() + " and " + other.name() + ": " + comparison.similarity());
                }
            }
        }
        LOG.info("least similarity of one person {}, largest of two {}", leastSame, mostOther);
        assertThat(wrong).as("pairs decided wrongly").isEmpty();
    }

    @Test
    void verifyAndCompareAndOneToManyAgreeToTheLastBit() {
        Image probe = Images.read(photo("Bill_Gates_0000"));
        List<Image> others = List.of(
                Images.read(photo("Bill_Gates_0001")),
                Images.read(photo("Larry_Page_0000")),
                Images.read(photo("multiface")));
        Embedding embedded = verifier.embed(probe).orElseThrow();

        List<Verification> many = verifier.verifyOneToMany(probe, others);

        for (int i = 0; i < others.size(); i++) {
            double expected = verifier.verify(probe, others.get(i)).similarity();
            assertThat(many.get(i).similarity()).isEqualTo(expected);
            assertThat(verifier.compare(embedded, verifier.embed(others.get(i)).orElseThrow())
                            .similarity())
                    .isEqualTo(expected);
        }
    }

    @Test
    void sixteenThreadsGetTheBitsThatOneGets() throws Exception {
        List<Image> images = PEOPLE.stream()
                .map(person -> Images.read(photo(person + "_0000")))
                .toList();
        List<Verification> expected = pairs(images).stream()
                .map(pair -> verifier.verify(pair.get(0), pair.get(1)))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<List<Verification>>> calls = IntStream.range(0, 16)
                    .<Callable<List<Verification>>>mapToObj(i -> () -> pairs(images).stream()
                            .map(pair -> verifier.verify(pair.get(0), pair.get(1)))
                            .toList())
                    .toList();
            for (Future<List<Verification>> result : threads.invokeAll(calls)) {
                for (int i = 0; i < expected.size(); i++) {
                    Verification actual = result.get().get(i);
                    assertThat(actual.similarity()).isEqualTo(expected.get(i).similarity());
                    assertThat(actual.first()).isEqualTo(expected.get(i).first());
                    assertThat(actual.second()).isEqualTo(expected.get(i).second());
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<List<Image>> pairs(List<Image> images) {
        return List.of(List.of(images.get(0), images.get(1)), List.of(images.get(1), images.get(2)));
    }

    @Test
    void closingWhileCallsRunLetsThemEndOrRefusesThem() throws Exception {
        Image first = Images.read(photo("Bill_Gates_0000"));
        Image second = Images.read(photo("Bill_Gates_0001"));
        double expected = verifier.verify(first, second).similarity();
        FaceVerifier closing = FaceVerifier.builder().models(Shared.models()).build();
        CountDownLatch oneIsDone = new CountDownLatch(4);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(threads.submit(() -> {
                    for (int done = 0; ; done++) {
                        // thrown when closed; what was let in gives the right result
                        try {
                            assertThat(closing.verify(first, second).similarity())
                                    .isEqualTo(expected);
                        } catch (IllegalStateException e) {
                            assertThat(e).hasMessageContaining("closed");
                            return done;
                        }
                        oneIsDone.countDown();
                    }
                }));
            }
            assertThat(oneIsDone.await(2, TimeUnit.MINUTES)).isTrue();
            closing.close();
            int completed = 0;
            for (Future<Integer> call : calls) {
                completed += call.get(2, TimeUnit.MINUTES);
            }
            assertThat(completed).isGreaterThanOrEqualTo(4);
        } catch (ExecutionException e) {
            throw new AssertionError("a call neither ended nor was refused", e);
        } finally {
            threads.shutdownNow();
            closing.close();
        }
        assertThatIllegalStateException().isThrownBy(() -> closing.verify(first, second));
    }

    @Test
    void imageWithoutAFaceIsInconclusive() {
        // a smooth drawn image: a ramp of grey
        Image noFace = Image.ofRows(200, 150, (y, rgb) -> {
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) (40 + y);
            }
        });
        Image face = Images.read(photo("Larry_Page_0000"));

        Verification result = verifier.verify(noFace, face);

        assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(result.reasons()).containsExactly(Reason.NO_FACE_IN_FIRST_IMAGE);
        assertThat(result.similarity()).isNaN();
        assertThat(result.second().faces()).isNotEmpty();
        assertThat(verifier.verify(noFace, noFace).reasons())
                .containsExactly(Reason.NO_FACE_IN_FIRST_IMAGE, Reason.NO_FACE_IN_SECOND_IMAGE);
        assertThat(verifier.embed(noFace)).isEmpty();
    }

    @Test
    void severalFacesWhereOneIsRequiredAreInconclusive() {
        Threshold threshold = Threshold.of(0.42);

        Verification single =
                verifier.verify(photo("Bill_Gates_0000"), photo("multiface"), FaceSelection.SINGLE, threshold);
        Verification largest =
                verifier.verify(photo("Bill_Gates_0000"), photo("multiface"), FaceSelection.LARGEST, threshold);

        assertThat(single.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(single.reasons()).containsExactly(Reason.SEVERAL_FACES_IN_SECOND_IMAGE);
        assertThat(single.second().faces()).hasSizeGreaterThan(1);
        assertThat(largest.outcome()).isNotEqualTo(Outcome.INCONCLUSIVE);
        assertThat(largest.second().face()).isPresent();
    }

    @Test
    void faceBelowTheLeastSizeIsInconclusive() {
        Box box = verifier.detect(Images.read(photo("Bill_Gates_0000"))).get(0).box();
        int tooMuch = (int) Math.ceil(Math.min(box.width(), box.height())) + 1;
        try (FaceVerifier strict = FaceVerifier.builder()
                .models(Shared.models())
                .minFaceSize(tooMuch)
                .build()) {
            Verification result = strict.verify(photo("Bill_Gates_0000"), photo("Bill_Gates_0000"));

            assertThat(result.reasons())
                    .containsExactly(Reason.FACE_TOO_SMALL_IN_FIRST_IMAGE, Reason.FACE_TOO_SMALL_IN_SECOND_IMAGE);
            assertThat(result.first().faces()).isNotEmpty();
            assertThat(result.first().face()).isEmpty();
        }
    }

    @Test
    void sameFaceIsFoundAmongSeveral() {
        Image several = Images.read(photo("multiface"));
        List<Face> faces = verifier.detect(several);

        Verification all = verifier.verify(several, several, FaceSelection.ALL_PAIRS, Threshold.of(0.42));

        assertThat(faces).hasSizeGreaterThan(1);
        assertThat(all.outcome()).isEqualTo(Outcome.MATCH);
        assertThat(all.similarity()).isGreaterThan(0.999999);
    }
}
