package io.facever;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes as much work as threads wait for it, and no more. They look for it awhile before they sleep. */
final class HandOver extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1;

    private final long spinNanos;

    /** One for each thread that waits, or will soon, and has no work in the queue. */
    private final Semaphore free = new Semaphore(0);

    /** How many of them will wait soon. */
    private final AtomicInteger coming = new AtomicInteger();

    /**
     * Nobody waits.
     *
     * @param spinNanos how long a thread looks
     */
    HandOver(long spinNanos) {
        this.spinNanos = spinNanos;
    }

    /**
     * To be called by a thread that will wait next, before it lets others know that it has ended what it had: they may
     * offer more at once.
     */
    void come() {
        coming.incrementAndGet();
        free.release();
    }

    @Override
    public boolean offer(Runnable work) {
        return free.tryAcquire() && super.offer(work);
    }

    @Override
    public Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
        // whoever came first: all that matters is how many have
        if (coming.getAndUpdate(threads -> Math.max(0, threads - 1)) == 0) {
            free.release();
        }
        long until = System.nanoTime() + spinNanos;
        while (isEmpty() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        Runnable work = super.poll(timeout, unit);
        // when there is none left to acquire, work for this thread has been offered just now
        return work != null || free.tryAcquire() ? work : take();
    }
}
