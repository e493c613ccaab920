package io.facever;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Works on many photos, as many at once as there are processors; their threads end with the call. */
final class ManyImages {
    /** Results that wait for their turn hold no pixels, so there is room for a slow photo to hold others up. */
    private static final int AHEAD = 16;

    private ManyImages() {}

    /**
     * Runs {@code work} on each source on a thread of its own, and hands the results over in the order of the sources,
     * on the calling thread.
     */
    static <S, R> void run(
            Stream<S> sources,
            Function<? super S, Optional<R>> work,
            Consumer<? super FaceVerifier.Processed<S, R>> results) {
        int workers = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "facever-many");
            thread.setDaemon(true);
            return thread;
        });
        Deque<Future<FaceVerifier.Processed<S, R>>> ahead = new ArrayDeque<>();
        try {
            Iterator<S> rest = sources.iterator();
            while (rest.hasNext() || !ahead.isEmpty()) {
                while (rest.hasNext() && ahead.size() < AHEAD * workers) {
                    S source = rest.next();
                    ahead.add(pool.submit(() -> process(source, work)));
                }
                results.accept(ahead.remove().get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while it worked on many photos");
        } catch (ExecutionException e) {
            // process() keeps every exception, so this is an error of the virtual machine
            throw new IllegalStateException("a thread that worked on many photos ended early", e.getCause());
        } finally {
            ahead.forEach(one -> one.cancel(false));
            end(pool);
        }
    }

    private static <S, R> FaceVerifier.Processed<S, R> process(S source, Function<? super S, Optional<R>> work) {
        try {
            return new FaceVerifier.Processed<>(source, work.apply(source), Optional.empty());
        } catch (RuntimeException e) {
            return new FaceVerifier.Processed<>(source, Optional.empty(), Optional.of(e));
        }
    }

    /** Waits for the few that are under way, also when interrupted: they use what the caller may be about to close. */
    private static void end(ExecutorService pool) {
        pool.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = pool.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
