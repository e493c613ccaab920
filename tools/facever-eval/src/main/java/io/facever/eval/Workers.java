package io.facever.eval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A fixed number of threads that live as long as this object. The first failure stops the rest and is passed on. */
final class Workers implements AutoCloseable {
    private final ExecutorService executor;

    Workers(int threads) {
        this.executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "facever-eval");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Does something to each item.
     *
     * @param progress told of each item that is done
     * @return one result for each item, in the same order
     */
    <T, R> List<R> map(Collection<T> items, Progress progress, Function<T, R> work) {
        CompletionService<R> done = new ExecutorCompletionService<>(executor);
        List<Future<R>> futures = new ArrayList<>(items.size());
        for (T item : items) {
            futures.add(done.submit(() -> work.apply(item)));
        }
        try {
            for (int k = 0; k < futures.size(); k++) {
                done.take().get();
                progress.step();
            }
            List<R> results = new ArrayList<>(futures.size());
            for (Future<R> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            futures.forEach(future -> future.cancel(true));
            Thread.currentThread().interrupt();
            throw new EvaluationException(
                    "evaluation-interrupted", "interrupted; what was computed is kept, run the same command again", e);
        } catch (ExecutionException e) {
            futures.forEach(future -> future.cancel(true));
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException("tasks throw no checked exceptions", e);
        }
    }

    /** Waits for running tasks and ends the threads. */
    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                executor.shutdownNow();
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
