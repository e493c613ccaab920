package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedRunsTest {
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Gated gated = new Gated();

    @AfterEach
    void end() {
        callers.shutdownNow();
    }

    /** Holds its first run until told, and notes how many crops each run had. Fails on a crop of angle 13. */
    private static final class Gated extends Fakes.AngleEmbedder {
        private final CountDownLatch firstRuns = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);
        private final List<Integer> runs = new ArrayList<>();

        Gated() {
            super(Fakes.model().build());
        }

        @Override
        public List<Embedding> embedAll(List<FaceCrop> crops) {
            firstRuns.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            runs.add(crops.size());
            if (crops.contains(crop(13))) {
                throw new IllegalArgumentException("thirteen");
            }
            return super.embedAll(crops);
        }
    }

    private static FaceCrop crop(int angle) {
        return CROPS.get(angle);
    }

    private static final List<FaceCrop> CROPS = java.util.stream.IntStream.range(0, 90)
            .mapToObj(angle -> new FaceCrop(Fakes.image(4, 4, 0, angle), "passing"))
            .toList();

    /** Starts a caller while the first run is held, and waits until it stands in line. */
    private List<Future<List<Embedding>>> whileBusy(SharedRuns shared, List<List<FaceCrop>> requests)
            throws InterruptedException {
        List<Future<List<Embedding>>> answers = new ArrayList<>();
        answers.add(callers.submit(() -> shared.embedAll(requests.get(0))));
        gated.firstRuns.await();
        for (int i = 1; i < requests.size(); i++) {
            List<FaceCrop> request = requests.get(i);
            answers.add(callers.submit(() -> shared.embedAll(request)));
            while (shared.waiting() < i) {
                Thread.onSpinWait();
            }
        }
        gated.open.countDown();
        return answers;
    }

    private List<Embedding> alone(List<FaceCrop> crops) {
        return new Fakes.AngleEmbedder(gated.model()).embedAll(crops);
    }

    @Test
    void callersThatComeWhileTheNetworkIsBusyShareItsNextRunAndGetTheirOwn() throws Exception {
        List<List<FaceCrop>> requests =
                List.of(List.of(crop(1)), List.of(crop(2)), List.of(crop(3), crop(4)), List.of(), List.of(crop(5)));

        List<Future<List<Embedding>>> answers = whileBusy(new SharedRuns(gated, 16), requests);

        for (int i = 0; i < requests.size(); i++) {
            assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(alone(requests.get(i)));
        }
        assertThat(gated.runs).containsExactly(1, 4);
    }

    @Test
    void noRunHasMoreCropsThanItMayUnlessOneCallerBringsThem() throws Exception {
        List<List<FaceCrop>> requests =
                List.of(List.of(crop(1)), List.of(crop(2), crop(3)), List.of(crop(4)), CROPS.subList(20, 30));

        for (Future<List<Embedding>> answer : whileBusy(new SharedRuns(gated, 3), requests)) {
            answer.get(30, TimeUnit.SECONDS);
        }

        assertThat(gated.runs).containsExactly(1, 3, 10);
    }

    @Test
    void whatIsWrongWithOneCallersCropsDoesNotReachTheOthers() throws Exception {
        List<Future<List<Embedding>>> answers =
                whileBusy(new SharedRuns(gated, 16), List.of(List.of(crop(1)), List.of(crop(13)), List.of(crop(3))));

        assertThat(answers.get(0).get(30, TimeUnit.SECONDS)).isEqualTo(alone(List.of(crop(1))));
        assertThatThrownBy(() -> answers.get(1).get(30, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .hasRootCauseMessage("thirteen");
        assertThat(answers.get(2).get(30, TimeUnit.SECONDS)).isEqualTo(alone(List.of(crop(3))));
    }

    @Test
    void aVerifierThatSharesRunsGivesWhatOneGivesThatDoesNot() {
        FaceVerifier.Builder builder = FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(
                        Fakes.model().threshold(Threshold.of(0.5, "a test")).build()));
        Image photo = Fakes.image(200, 200, 1, 20);
        try (FaceVerifier plain = builder.build();
                FaceVerifier sharing = builder.microBatch(16).build()) {
            assertThat(sharing.embed(photo)).isEqualTo(plain.embed(photo)).isPresent();
        }
        assertThatThrownBy(() -> builder.microBatch(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
