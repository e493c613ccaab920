package io.facever;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Embeds the crops of callers that come while the network is busy in one run: who comes when it is free runs it for all
 * that wait. Nobody waits for others to come, and no thread is started.
 */
final class SharedRuns implements Embedder {
    private final Embedder embedder;
    private final int mostCrops;
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Request> waiting = new ArrayDeque<>();
    private boolean busy;

    /**
     * Shares runs of an embedder.
     *
     * @param embedder stays with its owner, who closes it
     * @param mostCrops how many crops of several callers go into one run at most
     */
    SharedRuns(Embedder embedder, int mostCrops) {
        this.embedder = embedder;
        this.mostCrops = mostCrops;
    }

    /** What one caller asked for, and what it gets. */
    private record Request(List<FaceCrop> crops, CompletableFuture<List<Embedding>> answer) {}

    @Override
    public ModelDescription model() {
        return embedder.model();
    }

    @Override
    public List<Embedding> embedAll(List<FaceCrop> crops) {
        Request own = new Request(List.copyOf(crops), new CompletableFuture<>());
        lock.lock();
        try {
            waiting.add(own);
        } finally {
            lock.unlock();
        }
        // a run takes the requests in order, so this one's may come only with a later run
        for (List<Request> next = next(own); !next.isEmpty(); next = next(own)) {
            try {
                run(next);
            } finally {
                free();
            }
        }
        try {
            return own.answer().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw (Error) e.getCause();
        }
    }

    /** The requests to run now; none once {@code own} is answered. */
    private List<Request> next(Request own) {
        lock.lock();
        try {
            while (busy && !own.answer().isDone()) {
                changed.awaitUninterruptibly();
            }
            List<Request> next = new ArrayList<>();
            if (own.answer().isDone()) {
                return next;
            }
            busy = true;
            int crops = 0;
            for (Request first = waiting.peek(); first != null; first = waiting.peek()) {
                crops += first.crops().size();
                if (crops > mostCrops && !next.isEmpty()) {
                    break;
                }
                next.add(waiting.remove());
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** How many calls stand in line. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void free() {
        lock.lock();
        try {
            busy = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run(List<Request> requests) {
        try {
            List<FaceCrop> crops = new ArrayList<>();
            requests.forEach(request -> crops.addAll(request.crops()));
            List<Embedding> embeddings = embedder.embedAll(crops);
            int from = 0;
            for (Request request : requests) {
                int to = from + request.crops().size();
                request.answer().complete(List.copyOf(embeddings.subList(from, to)));
                from = to;
            }
        } catch (RuntimeException e) {
            if (requests.size() == 1) {
                requests.get(0).answer().completeExceptionally(e);
            } else {
                // what is wrong with the crops of one caller is not told to the others
                requests.forEach(request -> run(List.of(request)));
            }
        } catch (Error e) {
            requests.forEach(request -> request.answer().completeExceptionally(e));
        }
    }
}
