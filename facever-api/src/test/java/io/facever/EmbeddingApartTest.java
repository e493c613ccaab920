package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the faces of two photos are embedded in one call, and when each on its own thread. */
class EmbeddingApartTest {
    private static final Image ONE_FACE = Fakes.image(200, 200, 1, 0);
    private static final Image SAME_PERSON = Fakes.image(200, 200, 1, 20);
    private static final Image TWO_FACES = Fakes.image(200, 200, 2, 80);
    private static final Image NO_FACE = Fakes.image(200, 200, 0);

    private static final int SECONDS = 10;

    /** Notes how many crops each call gets. */
    private static final class NotingEmbedder extends Fakes.AngleEmbedder {
        private final List<Integer> calls = Collections.synchronizedList(new ArrayList<>());
        private final boolean batchInvariant;
        private final IntConsumer meanwhile;

        NotingEmbedder(boolean batchInvariant, IntConsumer meanwhile) {
            super(Fakes.model().threshold(Threshold.of(0.5, "a test")).build());
            this.batchInvariant = batchInvariant;
            this.meanwhile = meanwhile;
        }

        @Override
        public boolean isBatchInvariant() {
            return batchInvariant;
        }

        @Override
        public List<Embedding> embedAll(List<FaceCrop> crops) {
            calls.add(crops.size());
            meanwhile.accept(crops.size());
            return super.embedAll(crops);
        }
    }

    private static FaceVerifier.Builder builder(NotingEmbedder embedder) {
        return FaceVerifier.builder()
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(embedder)
                .threads(1);
    }

    /** Lets two calls go on when both have come. */
    private static IntConsumer meeting() {
        CountDownLatch both = new CountDownLatch(2);
        return crops -> {
            both.countDown();
            Fakes.await(both);
        };
    }

    /** Holds each photo back until both are worked on, so that the caller has surely seen its helper. */
    private static Detector together() {
        IntConsumer meeting = meeting();
        Detector counting = new Fakes.CountingDetector();
        return image -> {
            meeting.accept(1);
            return counting.detect(image);
        };
    }

    @BeforeEach
    void needsTwoProcessors() {
        Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors");
    }

    @Test
    void eachPhotoIsEmbeddedOnItsThreadWhereARunHasOne() {
        NotingEmbedder apart = new NotingEmbedder(true, meeting());
        NotingEmbedder batch = new NotingEmbedder(false, crops -> {});
        try (FaceVerifier two = builder(apart).detector(together()).build();
                FaceVerifier one = builder(batch).detector(together()).build()) {
            Verification result = two.verify(TWO_FACES, SAME_PERSON, FaceSelection.ALL_PAIRS, Threshold.of(0.5));
            assertThat(apart.calls).containsExactlyInAnyOrder(2, 1);

            Verification expected = one.verify(TWO_FACES, SAME_PERSON, FaceSelection.ALL_PAIRS, Threshold.of(0.5));
            assertThat(batch.calls).containsExactly(3);
            assertThat(result.similarity()).isEqualTo(expected.similarity());
            assertThat(result.first()).isEqualTo(expected.first());
            assertThat(result.second()).isEqualTo(expected.second());
            assertThat(result.timings().embed()).isPositive();
        }
    }

    @Test
    void aRunWithSeveralThreadsTakesBothFaces() {
        NotingEmbedder embedder = new NotingEmbedder(true, crops -> {});
        try (FaceVerifier verifier =
                builder(embedder).detector(together()).threads(2).build()) {
            verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(embedder.calls).containsExactly(2);
        }
    }

    @Test
    void sharedRunsGetBothFacesAtOnce() {
        NotingEmbedder embedder = new NotingEmbedder(true, crops -> {});
        try (FaceVerifier verifier =
                builder(embedder).detector(together()).microBatch(8).build()) {
            verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(embedder.calls).containsExactly(2);
        }
    }

    @Test
    void nothingIsEmbeddedBesideAPhotoWithoutAFace() {
        Thread caller = Thread.currentThread();
        Detector counting = new Fakes.CountingDetector();
        CountDownLatch helped = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        // the caller's photo has no face, and the other is looked at until the caller sleeps to wait for it
        Detector detector = image -> {
            if (Thread.currentThread().equals(caller)) {
                Fakes.await(helped);
                seen.countDown();
            } else {
                helped.countDown();
                Fakes.await(seen);
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                while (caller.getState() != Thread.State.WAITING) {
                    assertThat(System.nanoTime()).isLessThan(end);
                    Thread.onSpinWait();
                }
            }
            return counting.detect(image);
        };
        NotingEmbedder embedder = new NotingEmbedder(true, crops -> {});
        try (FaceVerifier verifier = builder(embedder).detector(detector).build()) {
            Verification result = verifier.verify(NO_FACE, ONE_FACE);
            assertThat(result.reasons()).containsExactly(Reason.NO_FACE_IN_FIRST_IMAGE);
            assertThat(embedder.calls).isEmpty();
        }
    }

    @Test
    void aCallThatGetsNoHelperEmbedsBothFacesInOneCall() throws Exception {
        int callers = Runtime.getRuntime().availableProcessors();
        CountDownLatch inside = new CountDownLatch(callers);
        CountDownLatch leave = new CountDownLatch(1);
        Detector counting = new Fakes.CountingDetector();
        Detector detector = image -> {
            if (image == NO_FACE) {
                inside.countDown();
                Fakes.await(leave);
            }
            return counting.detect(image);
        };
        NotingEmbedder embedder = new NotingEmbedder(true, crops -> {});
        ExecutorService others = Executors.newFixedThreadPool(callers);
        try (FaceVerifier verifier = builder(embedder).detector(detector).build()) {
            List<Future<List<Face>>> calls = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                calls.add(others.submit(() -> verifier.detect(NO_FACE)));
            }
            Fakes.await(inside);
            verifier.verify(ONE_FACE, SAME_PERSON);
            assertThat(embedder.calls).containsExactly(2);
            leave.countDown();
            for (Future<List<Face>> call : calls) {
                assertThat(call.get(SECONDS, TimeUnit.SECONDS)).isEmpty();
            }
        } finally {
            leave.countDown();
            others.shutdownNow();
        }
    }

    @Test
    void oneToManyEmbedsTheOneOnce() {
        NotingEmbedder embedder = new NotingEmbedder(true, crops -> {});
        try (FaceVerifier verifier = builder(embedder).build()) {
            List<Verification> results = verifier.verifyOneToMany(ONE_FACE, List.of(SAME_PERSON, NO_FACE, SAME_PERSON));
            assertThat(results)
                    .extracting(Verification::outcome)
                    .containsExactly(Outcome.MATCH, Outcome.INCONCLUSIVE, Outcome.MATCH);
            assertThat(embedder.calls).containsExactly(1, 1, 1);
        }
    }
}
