package io.facever.facenet;

import io.facever.Embedder;
import io.facever.ModelDescription;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.StageContext;

/**
 * Embeds faces with MobileFaceNet: S. Chen, Y. Liu, X. Gao and Z. Han, "MobileFaceNets: Efficient CNNs for Accurate
 * Real-Time Face Verification on Mobile Devices", CCBR 2018. Crop and dimension come from the model: 96×112 and 128 for
 * the published weights, which Xiaoccer trained with the ArcFace loss ({@code Xiaoccer/MobileFaceNet_Pytorch}).
 *
 * <p>The recipe is immutable; it and its embedders are safe for any number of threads.
 *
 * @since 0.1.0
 */
public final class MobileFaceNet implements EmbedderProvider {
    private static final int DEFAULT_BATCH_SIZE = 16;

    private final int batchSize;

    /** The default: up to 16 crops in one run of the network. */
    public MobileFaceNet() {
        this(DEFAULT_BATCH_SIZE);
    }

    private MobileFaceNet(int batchSize) {
        this.batchSize = batchSize;
    }

    /**
     * How many crops one run of the network takes at most; it bounds the memory of a call with many crops.
     *
     * @param batchSize at least 1; 16 if not set
     */
    public MobileFaceNet withBatchSize(int batchSize) {
        return new MobileFaceNet(NetworkEmbedder.requireBatchSize(batchSize));
    }

    @Override
    public String name() {
        return "mobilefacenet";
    }

    @Override
    public int rank() {
        return 50;
    }

    @Override
    public String defaultModel() {
        return "mobilefacenet";
    }

    @Override
    public Embedder create(ModelDescription model, StageContext context) {
        return NetworkEmbedder.open(model, context, batchSize);
    }
}
