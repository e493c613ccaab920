package io.facever.liveness;

import io.facever.EngineException;
import io.facever.Face;
import io.facever.Image;
import io.facever.Liveness;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The two networks. Each call takes a workspace from a pool, so that calls share nothing but the networks. */
final class MiniFasNets implements Liveness {
    private static final int CHANNELS = 3;
    private static final int CLASSES = 3;
    private static final int ALIVE = 1;

    /** A network, and how many times larger than the face's box what it sees is. */
    private record Network(String model, double scale, InferenceSession session) {}

    private final List<Network> networks;
    private final ConcurrentLinkedQueue<Workspace> workspaces = new ConcurrentLinkedQueue<>();
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    private MiniFasNets(List<Network> networks) {
        this.networks = networks;
    }

    static MiniFasNets open(StageContext context) {
        List<Network> networks = new ArrayList<>();
        try {
            networks.add(new Network("minifasnet-v2", 2.7, context.open("minifasnet-v2", "liveness")));
            networks.add(new Network("minifasnet-v1se", 4.0, context.open("minifasnet-v1se", "liveness")));
            return new MiniFasNets(List.copyOf(networks));
        } catch (RuntimeException | Error e) {
            networks.forEach(network -> network.session().close());
            throw e;
        }
    }

    /** What one call works with; reused by later calls. */
    private static final class Workspace {
        private final FloatBuffer input = Tensor.allocateBuffer(CHANNELS * GrownCrop.SIDE * GrownCrop.SIDE);
        private final FloatBuffer output = Tensor.allocateBuffer(CLASSES);
        private final Map<String, Tensor> inputs =
                Map.of("input", Tensor.of(input, 1, CHANNELS, GrownCrop.SIDE, GrownCrop.SIDE));
        private final Map<String, Tensor> outputs = Map.of("probability", Tensor.of(output, 1, CLASSES));
    }

    @Override
    public double score(Image image, Face face) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("this check of liveness is closed; see docs/errors.md#closed");
            }
            double sum = 0;
            for (Network network : networks) {
                sum += probabilities(network, GrownCrop.of(image, face.box(), network.scale()))[ALIVE];
            }
            // a softmax may round to a little more than 1
            return Math.min(1, sum / networks.size());
        } finally {
            lock.unlock();
        }
    }

    /** What a network gives for its crop of 80×80 pixels: attack, alive, another attack. */
    double[] probabilities(int network, Image crop) {
        return probabilities(networks.get(network), crop);
    }

    private double[] probabilities(Network network, Image crop) {
        Workspace free = workspaces.poll();
        Workspace work = free == null ? new Workspace() : free;
        GrownCrop.write(crop, work.input);
        network.session().run(work.inputs, work.outputs);
        double[] probabilities = new double[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            probabilities[i] = work.output.get(i);
            if (!(probabilities[i] >= 0)) {
                throw new EngineException(
                        "network-output",
                        "model " + network.model() + " gave a number that is no probability on "
                                + network.session().provider()
                                + "; pull the model again, or try another engine or device");
            }
        }
        // not after a failure: what that leaves behind is not looked into
        workspaces.add(work);
        return probabilities;
    }

    /** Waits for running calls and closes the networks; does nothing the second time. */
    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            workspaces.clear();
            InferenceSession first = networks.get(0).session();
            try (first) {
                networks.get(1).session().close();
            }
        } finally {
            lock.unlock();
        }
    }
}
