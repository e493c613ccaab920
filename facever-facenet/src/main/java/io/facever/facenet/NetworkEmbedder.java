package io.facever.facenet;

import io.facever.CropSpec;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.EngineException;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.ModelDescription;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Runs a network that takes crops as {@code input} [n, 3, height, width], in red, green and blue planes, and gives
 * {@code embedding} [n, dimension], of any length.
 *
 * <p>Buffers are direct and go back to a pool, so that a call leaves little but its result to the garbage collector.
 */
final class NetworkEmbedder implements Embedder {
    private static final String NETWORK = "embedding";

    /** Buffers hold the two crops of a comparison at least, so that one embedding before it does not cost others. */
    private static final int SMALL_BATCH = 2;

    private final ModelDescription model;
    private final CropSpec crop;
    private final StageContext context;
    private final InferenceSession session;
    private final int batchSize;
    private final BlockingQueue<Workspace> pool;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    /** That of the last crop: working out the id of one takes a digest, and all crops of an aligner have the same. */
    private volatile Optional<EmbeddingSpace> lastSpace = Optional.empty();

    private NetworkEmbedder(
            ModelDescription model, CropSpec crop, StageContext context, InferenceSession session, int batchSize) {
        this.model = model;
        this.crop = crop;
        this.context = context;
        this.session = session;
        this.batchSize = batchSize;
        // more calls at once than processors gain nothing, so their buffers are not worth keeping
        this.pool = new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Loads the network of a model.
     *
     * @param batchSize how many crops one run takes at most
     */
    static NetworkEmbedder open(ModelDescription model, StageContext context, int batchSize) {
        // asked for first: a model that makes no embeddings must not leave an open session behind
        CropSpec crop = model.crop();
        return new NetworkEmbedder(model, crop, context, context.open(model.id(), NETWORK), batchSize);
    }

    /** Checks a setting that both architectures have. */
    static int requireBatchSize(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch has at least 1 crop, found " + batchSize);
        }
        return batchSize;
    }

    @Override
    public ModelDescription model() {
        return model;
    }

    @Override
    public List<Embedding> embedAll(List<FaceCrop> crops) {
        List<FaceCrop> copy = List.copyOf(crops);
        for (int i = 0; i < copy.size(); i++) {
            requireSize(copy.get(i).image(), i);
        }
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the embedder of " + model.id()
                        + " is closed; create another, and close it only when all calls are made"
                        + "; see docs/errors.md#closed");
            }
            return embedOpen(copy);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isBatchInvariant() {
        return session.isBatchInvariant();
    }

    private void requireSize(Image image, int index) {
        if (image.width() != crop.width() || image.height() != crop.height()) {
            throw new IllegalArgumentException("model " + model.id() + " takes crops of " + crop.width() + "x"
                    + crop.height() + " pixels, found " + image.width() + "x" + image.height() + " at index " + index
                    + "; cut them with an aligner made for this model's crop");
        }
    }

    private List<Embedding> embedOpen(List<FaceCrop> crops) {
        List<Embedding> embeddings = new ArrayList<>(crops.size());
        for (int start = 0; start < crops.size(); start += batchSize) {
            List<FaceCrop> batch = crops.subList(start, Math.min(crops.size(), start + batchSize));
            Workspace workspace = take(batch.size());
            context.forEachPart(batch.size(), i -> workspace.put(i, batch.get(i).image()));
            workspace.run(session, batch.size());
            for (int i = 0; i < batch.size(); i++) {
                embeddings.add(embedding(space(batch.get(i).alignment()), workspace.get(i)));
            }
            // where the run failed, this is not reached, and the buffers go to the garbage collector
            pool.offer(workspace);
        }
        return List.copyOf(embeddings);
    }

    private EmbeddingSpace space(String alignment) {
        Optional<EmbeddingSpace> last = lastSpace;
        if (last.isPresent() && last.get().alignment().equals(alignment)) {
            return last.get();
        }
        EmbeddingSpace space = EmbeddingSpace.of(model, alignment);
        lastSpace = Optional.of(space);
        return space;
    }

    private Workspace take(int crops) {
        Workspace pooled = pool.poll();
        return pooled != null && pooled.capacity() >= crops
                ? pooled
                : new Workspace(crop, model.dimension(), Math.max(crops, Math.min(SMALL_BATCH, batchSize)));
    }

    private Embedding embedding(EmbeddingSpace space, float[] output) {
        for (float value : output) {
            if (!Float.isFinite(value)) {
                throw new EngineException(
                        "network-output",
                        "model " + model.id() + " gave numbers that are not finite on " + session.provider()
                                + ", where a face gives finite ones; pull the model again, or try another engine or"
                                + " device");
            }
        }
        return Embedding.of(space, output);
    }

    /** Waits for running calls and closes the network; does nothing the second time. */
    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                pool.clear();
                session.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
