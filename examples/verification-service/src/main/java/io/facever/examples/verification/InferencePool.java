package io.facever.examples.verification;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/**
 * The one place where images are decoded and networks run: as many threads as there are cores, a queue of bounded
 * length, and as many slots as both together hold. A request takes a slot before its body is read and gives it back
 * with its answer; without one it is told to come back later. So what waits is bounded in number, in memory and in
 * time, whatever the load.
 */
@Component
final class InferencePool implements AutoCloseable {
    private static final int MAX_RETRY_SECONDS = 30;
    private static final int SMOOTHING = 8;

    private final int workers;
    private final Duration timeLimit;
    private final Semaphore slots;
    private final ThreadPoolExecutor executor;
    private final AtomicLong meanNanos = new AtomicLong(TimeUnit.MILLISECONDS.toNanos(250));
    private final Timer wait;
    private final Counter refused;
    private final Counter expired;

    InferencePool(ServiceProperties properties, MeterRegistry registry) {
        this.workers = properties.effectiveWorkers();
        this.timeLimit = properties.timeLimit();
        int most = workers + properties.queue();
        this.slots = new Semaphore(most);
        // a timed-out job can outlive its request, so the queue has room for all that can be let in
        ArrayBlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(most);
        AtomicLong number = new AtomicLong();
        this.executor = new ThreadPoolExecutor(
                workers,
                workers,
                0,
                TimeUnit.SECONDS,
                queue,
                job -> new Thread(job, "inference-" + number.incrementAndGet()));
        Gauge.builder("service.queue.depth", queue, ArrayBlockingQueue::size)
                .description("Requests that wait for a worker")
                .register(registry);
        Gauge.builder("service.workers.busy", executor, ThreadPoolExecutor::getActiveCount)
                .description("Workers that work")
                .register(registry);
        Gauge.builder("service.slots.taken", slots, free -> most - free.availablePermits())
                .description("Requests that were let in and not answered yet")
                .register(registry);
        this.wait = Timer.builder("service.queue.wait")
                .description("Time from being let in to a worker taking the request")
                .publishPercentileHistogram()
                .register(registry);
        this.refused = Counter.builder("service.refused")
                .description("Requests refused because all slots were taken")
                .register(registry);
        this.expired = Counter.builder("service.expired")
                .description("Requests whose time limit passed")
                .register(registry);
    }

    /** Takes a slot, if one is free; {@link #leave} gives it back. */
    boolean enter() {
        return slots.tryAcquire();
    }

    /** Gives back a slot. */
    void leave() {
        slots.release();
    }

    /** What a request without a slot is told. */
    ProblemException overloaded() {
        refused.increment();
        long nanos = meanNanos.get() * (executor.getQueue().size() + 1L) / workers;
        long seconds = Math.min(MAX_RETRY_SECONDS, 1 + TimeUnit.NANOSECONDS.toSeconds(nanos));
        return new ProblemException(
                Problem.OVERLOADED,
                "all places are taken; try again in " + seconds + " s",
                Optional.of(Duration.ofSeconds(seconds)));
    }

    /**
     * Runs a job on a worker and waits for it.
     *
     * @throws ProblemException when the time limit passes first
     */
    <T> T run(Callable<T> job) {
        long entered = System.nanoTime();
        Future<T> future;
        try {
            future = executor.submit(() -> {
                long started = System.nanoTime();
                wait.record(started - entered, TimeUnit.NANOSECONDS);
                try {
                    return job.call();
                } finally {
                    long took = System.nanoTime() - started;
                    meanNanos.updateAndGet(mean -> mean + (took - mean) / SMOOTHING);
                }
            });
        } catch (RejectedExecutionException e) {
            throw overloaded();
        }
        try {
            return future.get(timeLimit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // one that waits leaves the queue; one that runs can't be stopped inside a network, and ends unheard
            future.cancel(false);
            executor.purge();
            expired.increment();
            throw new ProblemException(
                    Problem.TIME_LIMIT,
                    "no answer within " + timeLimit.toMillis() + " ms; try again later, or with smaller images",
                    Optional.of(Duration.ofSeconds(1)));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException("a job failed", e.getCause());
        } catch (InterruptedException | CancellationException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new ProblemException(Problem.TIME_LIMIT, "the service is stopping");
        }
    }

    /** Finishes what runs; Spring calls it after the web server took in its last request. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(timeLimit.toNanos(), TimeUnit.NANOSECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
