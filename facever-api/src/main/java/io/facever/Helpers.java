package io.facever;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Threads that take over a part of a call which its caller would else do after the rest. A part that no thread is free
 * for is done by the caller, so nothing ever waits in a queue, and results never depend on who did what.
 *
 * <p>Not the common pool: there, ImageIO would look for plug-ins with the class loader of the system.
 */
final class Helpers implements AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    /**
     * Parts mostly end at about the same time, and a call has more of them soon; a thread that sleeps is woken 25 to 57
     * µs late (measured on Linux).
     */
    private static final long SPIN_NANOS = 200_000;

    private final IntSupplier callers;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private final HandOver handOver = new HandOver(SPIN_NANOS);
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            Math.max(1, processors - 1),
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            handOver,
            Helpers::thread,
            new ThreadPoolExecutor.DiscardPolicy());

    /**
     * No thread yet.
     *
     * @param callers how many calls are running
     */
    Helpers(IntSupplier callers) {
        this.callers = callers;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "facever-helper");
        thread.setDaemon(true);
        return thread;
    }

    /** A part of a call; whoever starts one waits for it with {@link #finish}, also when the rest has failed. */
    <T> FutureTask<T> start(Supplier<T> part) {
        Thread caller = Thread.currentThread();
        FutureTask<T> task = new FutureTask<>(() -> {
            try {
                return part.get();
            } finally {
                if (!Thread.currentThread().equals(caller)) {
                    handOver.come();
                }
            }
        });
        // with more callers, processors are busy already, and another thread would only take them from each other
        if (2 * callers.getAsInt() <= processors) {
            threads.execute(task);
        }
        return task;
    }

    /** Does the part here if no thread has begun it, else waits until it is done, whatever interrupts this thread. */
    static <T> T finish(FutureTask<T> part) {
        part.run();
        long until = System.nanoTime() + SPIN_NANOS;
        while (!part.isDone() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return part.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            // a Supplier throws nothing else
            throw (Error) e.getCause();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Does many small parts of a call, each on the thread that is free first.
     *
     * @param most how many threads may take part, with this one
     */
    void forEach(int count, int most, IntConsumer part) {
        if (Math.min(count, most) <= 1) {
            for (int i = 0; i < count; i++) {
                part.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        Supplier<Boolean> work = () -> {
            try {
                for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                    part.accept(i);
                }
                return true;
            } catch (RuntimeException | Error e) {
                // the other threads need not go on
                next.set(count);
                throw e;
            }
        };
        List<FutureTask<Boolean>> tasks = new ArrayList<>(most);
        for (int i = 1; i < Math.min(count, most); i++) {
            tasks.add(start(work));
        }
        tasks.add(new FutureTask<>(work::get));
        finishAll(tasks);
    }

    /** Finishes the last, which is this thread's own, and then the others, also when one of them has failed. */
    private static void finishAll(List<FutureTask<Boolean>> tasks) {
        Throwable failure = null;
        for (int i = tasks.size() - 1; i >= 0; i--) {
            try {
                finish(tasks.get(i));
            } catch (RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    /** Ends the threads; to be called when no part is left, so there is nothing to wait for but their last steps. */
    @Override
    public void close() {
        threads.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
