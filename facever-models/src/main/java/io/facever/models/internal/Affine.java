package io.facever.models.internal;

import java.util.Arrays;

/**
 * Weights and bias of a convolution or a linear layer.
 *
 * <p>A batch norm after it is folded in: with gain {@code g = gamma / sqrt(variance + epsilon)} for each output, the
 * weights become {@code g w} and the bias {@code g (b − mean) + beta}. Worked out in double, rounded once.
 *
 * @param weight outputs first: [out, in / groups, height, width] or [out, in]
 * @param bias one for each output
 */
record Affine(NdArray weight, NdArray bias) {
    Affine {
        if (weight.size(0) != bias.size(0)) {
            throw new WeightsException(
                    "a layer of " + weight.size(0) + " outputs has " + bias.size(0) + " numbers in its bias");
        }
    }

    static Affine withoutBias(NdArray weight) {
        return new Affine(weight, NdArray.vector(new float[weight.size(0)]));
    }

    int outputs() {
        return bias.size(0);
    }

    /** Folds the batch norm that follows. */
    Affine batchNorm(NdArray gamma, NdArray beta, NdArray mean, NdArray variance, double epsilon) {
        int outputs = outputs();
        int inputs = outputs == 0 ? 0 : weight.data().length / outputs;
        float[] newWeight = new float[weight.data().length];
        float[] newBias = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            double gain = gamma.at(o) / Math.sqrt(variance.at(o) + epsilon);
            for (int i = o * inputs; i < (o + 1) * inputs; i++) {
                newWeight[i] = (float) (gain * weight.data()[i]);
            }
            newBias[o] = (float) (gain * ((double) bias.at(o) - mean.at(o)) + beta.at(o));
        }
        return new Affine(new NdArray(newWeight, weight.shape()), NdArray.vector(newBias));
    }

    /** Multiplies what the layer gives. */
    Affine scaled(double factor) {
        float[] newWeight = new float[weight.data().length];
        for (int i = 0; i < newWeight.length; i++) {
            newWeight[i] = (float) (factor * weight.data()[i]);
        }
        float[] newBias = new float[bias.size(0)];
        for (int i = 0; i < newBias.length; i++) {
            newBias[i] = (float) (factor * bias.at(i));
        }
        return new Affine(new NdArray(newWeight, weight.shape()), NdArray.vector(newBias));
    }

    /** The layer that gives the outputs of this and then those of another on the same input. */
    Affine beside(Affine other) {
        int[] shape = weight.shape().clone();
        shape[0] += other.weight.size(0);
        return new Affine(
                new NdArray(joined(weight.data(), other.weight.data()), shape),
                NdArray.vector(joined(bias.data(), other.bias.data())));
    }

    private static float[] joined(float[] first, float[] second) {
        float[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** For a layer with two outputs a and b: the layer that gives b − a, the logit of b in the softmax of both. */
    Affine logit() {
        int inputs = weight.data().length / 2;
        float[] newWeight = new float[inputs];
        for (int i = 0; i < inputs; i++) {
            newWeight[i] = weight.data()[inputs + i] - weight.data()[i];
        }
        int[] shape = weight.shape().clone();
        shape[0] = 1;
        return new Affine(new NdArray(newWeight, shape), NdArray.vector(bias.at(1) - bias.at(0)));
    }

    /**
     * The layer that gives for x what this one gives for (x − mean) / divisor. A convolution that pads its input would
     * give something else at the border.
     */
    Affine normalizing(double mean, double divisor) {
        int outputs = outputs();
        int inputs = outputs == 0 ? 0 : weight.data().length / outputs;
        float[] newWeight = new float[weight.data().length];
        float[] newBias = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            double sum = 0;
            for (int i = o * inputs; i < (o + 1) * inputs; i++) {
                sum += weight.data()[i];
                newWeight[i] = (float) (weight.data()[i] / divisor);
            }
            newBias[o] = (float) (bias.at(o) - sum * mean / divisor);
        }
        return new Affine(new NdArray(newWeight, weight.shape()), NdArray.vector(newBias));
    }
}
