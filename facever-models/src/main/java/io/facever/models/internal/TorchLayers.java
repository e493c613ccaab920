package io.facever.models.internal;

/** Layers as PyTorch names their arrays. */
final class TorchLayers {
    /** What torch.nn.BatchNorm2d adds to the variance unless told otherwise. */
    static final double DEFAULT_EPSILON = 1e-5;

    private TorchLayers() {}

    /**
     * A layer without bias and the batch norm after it.
     *
     * @param norm name of the batch norm
     */
    static Affine normalised(Weights weights, NdArray weight, String norm, double epsilon) {
        Affine layer = Affine.withoutBias(weight);
        int outputs = layer.outputs();
        return layer.batchNorm(
                weights.get(norm + ".weight", outputs),
                weights.get(norm + ".bias", outputs),
                weights.get(norm + ".running_mean", outputs),
                weights.get(norm + ".running_var", outputs),
                epsilon);
    }
}
