package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HandOverTest {
    private static final long A_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private static void offerUntilTaken(HandOver queue, Runnable work) {
        long end = System.nanoTime() + A_MINUTE;
        while (!queue.offer(work)) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    @Test
    void takesNothingThatNobodyWaitsFor() {
        HandOver queue = new HandOver(A_MINUTE);
        assertThat(queue.offer(() -> {})).isFalse();
    }

    @Test
    void aThreadThatLooksGetsWhatIsOffered() throws Exception {
        HandOver queue = new HandOver(A_MINUTE);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Runnable> taken = threads.submit(() -> queue.poll(0, TimeUnit.SECONDS));
            Runnable work = () -> {};
            offerUntilTaken(queue, work);
            assertThat(taken.get(1, TimeUnit.MINUTES)).isSameAs(work);
            assertThat(queue.offer(work)).isFalse();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aThreadThatWillComeGetsWhatIsOfferedBefore() throws Exception {
        HandOver queue = new HandOver(A_MINUTE);
        Runnable work = () -> {};
        queue.come();
        assertThat(queue.offer(work)).isTrue();
        assertThat(queue.offer(work)).isFalse();
        assertThat(queue.poll(1, TimeUnit.MINUTES)).isSameAs(work);
        assertThat(queue.offer(work)).isFalse();
    }

    @Test
    void aThreadThatSleepsGetsWhatIsOffered() throws Exception {
        HandOver queue = new HandOver(0);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Runnable> taken = threads.submit(() -> queue.poll(1, TimeUnit.MINUTES));
            Runnable work = () -> {};
            offerUntilTaken(queue, work);
            assertThat(taken.get(1, TimeUnit.MINUTES)).isSameAs(work);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aThreadThatHasWaitedInVainIsOfferedNothing() throws Exception {
        HandOver queue = new HandOver(0);
        assertThat(queue.poll(0, TimeUnit.SECONDS)).isNull();
        assertThat(queue.offer(() -> {})).isFalse();
    }

    @Test
    void whatIsTakenIsDoneAlsoWhenAThreadJustStopsWaiting() throws Exception {
        // looks and sleeps for about as long as the next offer takes to come
        HandOver queue = new HandOver(TimeUnit.MICROSECONDS.toNanos(1));
        AtomicInteger done = new AtomicInteger();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        int rounds = 50_000;
        try {
            Future<?> taker = threads.submit(() -> {
                while (done.get() < rounds) {
                    Runnable work = queue.poll(1, TimeUnit.MICROSECONDS);
                    if (work != null) {
                        work.run();
                    }
                }
                return null;
            });
            for (int round = 1; round <= rounds; round++) {
                long end = System.nanoTime() + A_MINUTE;
                offerUntilTaken(queue, done::incrementAndGet);
                while (done.get() < round) {
                    assertThat(System.nanoTime())
                            .as("work of round %d waits", round)
                            .isLessThan(end);
                }
            }
            taker.get(1, TimeUnit.MINUTES);
            assertThat(done).hasValue(rounds);
            assertThat(queue).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }
}
