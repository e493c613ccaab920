package io.facever.models.internal;

import java.util.Arrays;

/** Numbers in row-major order and their shape. The array is shared, and nobody writes to it. */
public final class NdArray {
    private final float[] data;
    private final int[] shape;

    /**
     * An array.
     *
     * @param data as many numbers as the shape has, outermost dimension first
     * @param shape sizes; empty for a single number
     */
    public NdArray(float[] data, int... shape) {
        if (data.length != count(shape)) {
            throw new WeightsException(
                    "an array of shape " + Arrays.toString(shape) + " can't hold " + data.length + " numbers");
        }
        this.data = data;
        this.shape = shape;
    }

    /** How many numbers a shape has; refuses negative sizes and more than an array can hold. */
    static int count(int... shape) {
        long count = 1;
        for (int size : shape) {
            if (size < 0) {
                throw new WeightsException("negative size in shape " + Arrays.toString(shape));
            }
            count *= size;
            if (count > Integer.MAX_VALUE - 8) {
                throw new WeightsException("shape " + Arrays.toString(shape) + " is too large");
            }
        }
        return (int) count;
    }

    static NdArray vector(float... numbers) {
        return new NdArray(numbers, numbers.length);
    }

    /** A number of a vector. */
    float at(int index) {
        return data[index];
    }

    float[] data() {
        return data;
    }

    int[] shape() {
        return shape;
    }

    int size(int dimension) {
        return shape[dimension];
    }

    /** This array, if it has the shape; −1 stands for any size. */
    NdArray expect(String name, int... expected) {
        boolean same = shape.length == expected.length;
        for (int i = 0; same && i < expected.length; i++) {
            same = expected[i] < 0 || expected[i] == shape[i];
        }
        if (!same) {
            throw new WeightsException("array '" + name + "' has shape " + Arrays.toString(shape) + ", expected "
                    + Arrays.toString(expected) + " (-1: any)");
        }
        return this;
    }

    /** Moves dimensions: size {@code i} of the result is size {@code order[i]} of this. */
    NdArray transpose(int... order) {
        int rank = shape.length;
        int[] stride = new int[rank];
        int step = 1;
        for (int i = rank - 1; i >= 0; i--) {
            stride[i] = step;
            step *= shape[i];
        }
        int[] newShape = new int[rank];
        int[] newStride = new int[rank];
        for (int i = 0; i < rank; i++) {
            newShape[i] = shape[order[i]];
            newStride[i] = stride[order[i]];
        }
        return gather(data, 0, newShape, newStride);
    }

    /** The same numbers in order under another shape. */
    NdArray reshape(int... newShape) {
        return new NdArray(data, newShape);
    }

    /**
     * Slices along one dimension, each times a factor.
     *
     * @param indices which, in the order of the result; one may come several times
     * @param factors one for each
     */
    NdArray slices(int dimension, int[] indices, float[] factors) {
        int[] newShape = shape.clone();
        newShape[dimension] = indices.length;
        int inner = count(Arrays.copyOfRange(shape, dimension + 1, shape.length));
        float[] result = new float[count(newShape)];
        for (int i = 0; i < result.length; i++) {
            int slice = i / inner % indices.length;
            int outer = i / inner / indices.length;
            result[i] = factors[slice] * data[(outer * shape[dimension] + indices[slice]) * inner + i % inner];
        }
        return new NdArray(result, newShape);
    }

    /**
     * Copies a strided view into row-major order. Every index it reads must lie in the source.
     *
     * @param source numbers
     * @param offset where the view starts
     * @param shape sizes of the view
     * @param stride steps of the view, at least 0
     */
    static NdArray gather(float[] source, int offset, int[] shape, int[] stride) {
        int count = count(shape);
        float[] result = new float[count];
        int[] index = new int[shape.length];
        int at = offset;
        for (int i = 0; i < count; i++) {
            result[i] = source[at];
            for (int d = shape.length - 1; d >= 0; d--) {
                at += stride[d];
                if (++index[d] < shape[d]) {
                    break;
                }
                at -= shape[d] * stride[d];
                index[d] = 0;
            }
        }
        return new NdArray(result, shape);
    }
}
