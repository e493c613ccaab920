package io.facever;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class HelpersTest {
    @Test
    void aThreadThatHasEndedOnePartIsThereForTheNext() {
        Assumptions.assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "needs two processors");
        Thread caller = Thread.currentThread();
        try (Helpers helpers = new Helpers(() -> 1)) {
            for (int i = 0; i < 10_000; i++) {
                FutureTask<Thread> part = helpers.start(Thread::currentThread);
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                // not Helpers.finish, which would do it here if no thread had taken it
                while (!part.isDone()) {
                    assertThat(System.nanoTime()).as("part %d waits", i).isLessThan(end);
                    Thread.onSpinWait();
                }
                assertThat(Helpers.finish(part)).isNotEqualTo(caller);
            }
        }
    }
}
