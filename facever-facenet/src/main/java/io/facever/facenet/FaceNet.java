package io.facever.facenet;

import io.facever.Embedder;
import io.facever.ModelDescription;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.StageContext;

/**
 * Embeds faces with FaceNet: the idea of F. Schroff, D. Kalenichenko and J. Philbin ("FaceNet: A Unified Embedding for
 * Face Recognition and Clustering", CVPR 2015) on the network Inception-ResNet-v1 of C. Szegedy and others
 * ("Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning", AAAI 2017), as trained by
 * D. Sandberg ({@code davidsandberg/facenet}, MIT). Crop and dimension come from the model: 160×160 and 512 for the
 * published weights.
 *
 * <p>The recipe is immutable; it and its embedders are safe for any number of threads.
 *
 * @since 0.1.0
 */
public final class FaceNet implements EmbedderProvider {
    private static final int DEFAULT_BATCH_SIZE = 16;

    private final int batchSize;

    /** The default: up to 16 crops in one run of the network. */
    public FaceNet() {
        this(DEFAULT_BATCH_SIZE);
    }

    private FaceNet(int batchSize) {
        this.batchSize = batchSize;
    }

    /**
     * How many crops one run of the network takes at most; it bounds the memory of a call with many crops.
     *
     * @param batchSize at least 1; 16 if not set
     */
    public FaceNet withBatchSize(int batchSize) {
        return new FaceNet(NetworkEmbedder.requireBatchSize(batchSize));
    }

    @Override
    public String name() {
        return "inception-resnet-v1";
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public String defaultModel() {
        return "facenet-vggface2";
    }

    @Override
    public Embedder create(ModelDescription model, StageContext context) {
        return NetworkEmbedder.open(model, context, batchSize);
    }
}
