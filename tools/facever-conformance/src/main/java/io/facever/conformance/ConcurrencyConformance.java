package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.image.Images;
import io.facever.spi.InferenceEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One verifier for many threads: the same bits, and a close that harms no call. An engine's tests extend it. */
@Tag("weights")
public abstract class ConcurrencyConformance {
    private static final int CALLERS = 16;

    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);

    /** The engine under test. */
    protected abstract InferenceEngine engine();

    /** How far a similarity may move with the number of threads in a run; 0 is not by a bit, in faces neither. */
    protected double mostChangeByThreads() {
        return 0;
    }

    @AfterEach
    void stopCallers() {
        callers.shutdownNow();
    }

    /** What a verifier says about a few photos: every face, and the similarity of each photo to the first. */
    private record Answers(List<List<Face>> faces, List<Double> similarities) {}

    @Test
    void sixteenCallersGetTheBitsOfOne() throws Exception {
        List<Image> images = images();
        try (FaceVerifier verifier = verifier(1)) {
            Answers alone = ask(verifier, images);
            assertThat(alone.faces()).allSatisfy(faces -> assertThat(faces).isNotEmpty());
            List<Future<Answers>> together = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                together.add(callers.submit(() -> ask(verifier, images)));
            }
            for (Future<Answers> answers : together) {
                assertThat(answers.get()).isEqualTo(alone);
            }
        }
    }

    @Test
    void moreThreadsInARunGiveTheSame() {
        List<Image> images = images();
        try (FaceVerifier one = verifier(1);
                FaceVerifier two = verifier(2)) {
            Answers withOne = ask(one, images);
            Answers withTwo = ask(two, images);
            if (mostChangeByThreads() == 0) {
                assertThat(withTwo).isEqualTo(withOne);
            }
            assertThat(withTwo.faces().stream().map(List::size).toList())
                    .isEqualTo(withOne.faces().stream().map(List::size).toList());
            for (int i = 0; i < images.size(); i++) {
                assertThat(withTwo.similarities().get(i))
                        .isCloseTo(withOne.similarities().get(i), within(mostChangeByThreads()));
            }
        }
    }

    @Test
    void closingWaitsForCallsAndStopsLaterOnes() throws Exception {
        Image image = images().get(1);
        FaceVerifier verifier = verifier(1);
        List<Face> expected = verifier.detect(image);
        int busy = 4;
        CountDownLatch started = new CountDownLatch(busy);
        List<Future<Integer>> calls = new ArrayList<>();
        for (int caller = 0; caller < busy; caller++) {
            calls.add(callers.submit(() -> detectUntilClosed(verifier, image, expected, started)));
        }
        try {
            assertThat(started.await(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            verifier.close();
        }
        for (Future<Integer> count : calls) {
            assertThat(count.get()).isPositive();
        }
    }

    private static int detectUntilClosed(
            FaceVerifier verifier, Image image, List<Face> expected, CountDownLatch started) {
        for (int done = 0; ; done++) {
            try {
                assertThat(verifier.detect(image)).isEqualTo(expected);
            } catch (IllegalStateException closed) {
                return done;
            }
            // once a caller: many calls of one must not count for another that has not done any
            if (done == 0) {
                started.countDown();
            }
        }
    }

    private FaceVerifier verifier(int threads) {
        return FaceVerifier.builder()
                .engine(engine())
                .models(Shared.models())
                .threads(threads)
                .build();
    }

    /** One with six faces, and three small ones of two people. */
    private static List<Image> images() {
        return List.of(
                Images.read(Shared.image("photos/multiface.jpg")),
                Images.read(Shared.image("photos/Mark_Zuckerberg_0002.jpg")),
                Images.read(Shared.image("photos/Larry_Page_0002.jpg")),
                Images.read(Shared.image("photos/Bill_Gates_0000.jpg")));
    }

    private static Answers ask(FaceVerifier verifier, List<Image> images) {
        return new Answers(
                verifier.detectAll(images),
                images.stream()
                        .map(image -> verifier.verify(images.get(0), image).similarity())
                        .toList());
    }
}
