package io.facever.djl;

import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Any number of runs at a time; close waits for them. */
abstract class GuardedSession implements InferenceSession {
    private final String network;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * A session.
     *
     * @param network what to call the network in messages
     */
    GuardedSession(String network) {
        this.network = network;
    }

    @Override
    public final void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "the session of " + network + " is closed; open another, and close it only when all runs are"
                                + " done; see docs/errors.md#closed");
            }
            runOpen(inputs, outputs);
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public final void close() {
        life.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                free();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    /** Runs once; the session stays open meanwhile. */
    abstract void runOpen(Map<String, Tensor> inputs, Map<String, Tensor> outputs);

    /** Frees what is held; called once, with no run in progress. */
    abstract void free();

    /** What to call the network in messages. */
    final String network() {
        return network;
    }

    /** Copies a result to where the caller wants it, when the shapes agree. */
    final void deliver(String name, long[] shape, FloatBuffer result, Tensor output) {
        if (!Arrays.equals(shape, output.shape())) {
            throw new EngineException(
                    "tensor-mismatch",
                    "output '" + name + "' of " + network + " has shape " + Arrays.toString(shape)
                            + " for these inputs, and the buffer given for it has shape "
                            + Arrays.toString(output.shape()) + "; give one of the shape that the network delivers");
        }
        output.data().duplicate().clear().put(result);
    }

    /** A name that the network does not have. */
    final EngineException unknownName(String kind, String name, Iterable<String> known) {
        return new EngineException(
                "tensor-mismatch",
                network + " has no " + kind + " named '" + name + "', only: " + String.join(", ", known)
                        + "; use its names");
    }

    /** Inputs that are not those of the network. */
    final EngineException wrongInputs(Iterable<String> given, Iterable<String> known) {
        return new EngineException(
                "tensor-mismatch",
                network + " takes the inputs " + String.join(", ", known) + ", and got " + String.join(", ", given)
                        + "; give each of them once");
    }

    /** A run that failed below the seam. */
    final EngineException runFailed(Throwable thrown) {
        return new EngineException(
                "inference-failed",
                "a run of " + network + " failed: " + DjlRuntime.explain(thrown)
                        + "; check that the shapes given are ones that the network takes",
                thrown);
    }
}
