package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ManyImagesTest {
    private static FaceVerifier verifier() {
        return FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(
                        Fakes.model().threshold(Threshold.of(0.5, "a test")).build()))
                .build();
    }

    private static Image withFaces(int count, int angle) {
        return Fakes.image(200, 200, count, angle);
    }

    @Test
    void resultsComeInTheOrderOfTheSourcesAndAreThoseOfOneAtATime() {
        try (FaceVerifier verifier = verifier()) {
            List<FaceVerifier.Processed<Integer, Embedding>> results = new ArrayList<>();
            List<Integer> sources = IntStream.range(0, 100).boxed().toList();

            verifier.embedEach(sources.stream(), i -> withFaces(1, i), results::add);

            assertThat(results).extracting(FaceVerifier.Processed::source).isEqualTo(sources);
            assertThat(results).allSatisfy(result -> assertThat(result.result())
                    .isEqualTo(verifier.embed(withFaces(1, result.source()))));
        }
    }

    @Test
    void theFirstResultComesFirstEvenWhenItIsReadyLast() {
        CountDownLatch secondIsRead = new CountDownLatch(1);
        List<Integer> order = new ArrayList<>();
        try (FaceVerifier verifier = verifier()) {
            verifier.detectEach(
                    Stream.of(0, 1),
                    i -> {
                        if (i == 1) {
                            secondIsRead.countDown();
                        } else if (Runtime.getRuntime().availableProcessors() > 1) {
                            await(secondIsRead);
                        }
                        return withFaces(i, 0);
                    },
                    result -> order.add(result.source()));
        }
        assertThat(order).containsExactly(0, 1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPhotoThatFailsDoesNotStopTheRest() {
        List<FaceVerifier.Processed<byte[], List<Face>>> results = new ArrayList<>();
        try (FaceVerifier verifier = verifier()) {
            verifier.detectEach(
                    Stream.of(new byte[] {2, 0, 0}, new byte[1], new byte[] {1, 0, 0}), verifier::decode, results::add);
        }
        assertThat(results)
                .extracting(result -> result.result().map(List::size).orElse(-1))
                .containsExactly(2, -1, 1);
        assertThat(results.get(1).failure()).get().isInstanceOf(ImageException.class);
    }

    @Test
    void aPhotoWithoutAUsableFaceHasNeitherAResultNorAFailure() {
        List<FaceVerifier.Processed<Image, Embedding>> results = new ArrayList<>();
        try (FaceVerifier verifier = verifier()) {
            verifier.embedEach(Stream.of(withFaces(0, 0)), image -> image, results::add);
        }
        assertThat(results).singleElement().satisfies(result -> {
            assertThat(result.result()).isEmpty();
            assertThat(result.failure()).isEmpty();
        });
    }

    @Test
    void anEndlessStreamIsReadOnlyAsFarAsThereIsRoom() {
        AtomicInteger read = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Integer> results = new ArrayList<>();
        try (FaceVerifier verifier = verifier()) {
            assertThatThrownBy(() -> verifier.detectEach(
                            Stream.generate(read::incrementAndGet), i -> withFaces(1, 0), result -> {
                                results.add(result.source());
                                most.set(Math.max(most.get(), read.get() - results.size()));
                                if (results.size() == 1000) {
                                    throw new UnsupportedOperationException("enough");
                                }
                            }))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("enough");
        }
        assertThat(results).hasSize(1000);
        assertThat(most.get()).isLessThanOrEqualTo(16 * Runtime.getRuntime().availableProcessors());
    }

    @Test
    void itsThreadsHaveEndedWhenItReturns() {
        ConcurrentHashMap<Thread, Boolean> threads = new ConcurrentHashMap<>();
        try (FaceVerifier verifier = verifier()) {
            verifier.detectEach(
                    IntStream.range(0, 50).boxed(),
                    i -> {
                        threads.put(Thread.currentThread(), true);
                        return withFaces(1, 0);
                    },
                    result -> {});
        }
        assertThat(threads).isNotEmpty().doesNotContainKey(Thread.currentThread());
        assertThat(threads.keySet()).allSatisfy(ManyImagesTest::assertEnded);
    }

    private static void assertEnded(Thread thread) throws InterruptedException {
        // the pool reports its end from the last lines of its last thread
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
    }
}
