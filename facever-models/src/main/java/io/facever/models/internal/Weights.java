package io.facever.models.internal;

/** Named arrays of a network, read when asked for. */
public interface Weights {
    /**
     * An array.
     *
     * @throws WeightsException when there is none of that name, or it can't be read
     */
    NdArray get(String name);

    /**
     * An array of a known shape.
     *
     * @throws WeightsException when there is none of that name and shape
     */
    default NdArray get(String name, int... shape) {
        return get(name).expect(name, shape);
    }
}
