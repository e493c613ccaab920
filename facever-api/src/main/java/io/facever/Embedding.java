package io.facever;

import java.util.Arrays;
import java.util.Objects;

/**
 * A face as a unit vector. It is biometric data: {@link #toString()} never shows its numbers, and neither does any
 * message or log line of facever. Immutable and safe for any number of threads.
 *
 * @since 0.1.0
 */
public final class Embedding {
    /** Rounding to float moves the squared length of a unit vector by some 1e-7. */
    private static final double UNIT_TOLERANCE = 1e-6;

    private final EmbeddingSpace space;
    private final float[] values;

    private Embedding(EmbeddingSpace space, float[] values) {
        this.space = space;
        this.values = values;
    }

    /**
     * An embedding from the output of a network, scaled to unit length.
     *
     * @param space what the vector is a point of
     * @param values as many finite numbers as the space has dimensions, not all zero; copied
     * @throws IllegalArgumentException when the count is wrong, a number is not finite, or the length is zero
     */
    public static Embedding of(EmbeddingSpace space, float[] values) {
        Objects.requireNonNull(space, "space");
        if (values.length != space.dimension()) {
            throw new IllegalArgumentException("an embedding of " + space.model() + " has " + space.dimension()
                    + " numbers, found " + values.length);
        }
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("an embedding of " + space.model()
                    + " has finite numbers that are not all zero; its squared length was " + squares);
        }
        // what has unit length already keeps its bits, so that an embedding that was stored comes back as it was
        double scale = Math.abs(squares - 1) < UNIT_TOLERANCE ? 1 : 1 / Math.sqrt(squares);
        float[] unit = new float[values.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (values[i] * scale);
        }
        return new Embedding(space, unit);
    }

    /** What this is a point of. */
    public EmbeddingSpace space() {
        return space;
    }

    /** How many numbers it has. */
    public int dimension() {
        return values.length;
    }

    /** A copy of the numbers. */
    public float[] toArray() {
        return values.clone();
    }

    /**
     * Cosine of the angle between two embeddings, in [−1, 1]; 1 for the same direction. Symmetric to the last bit.
     *
     * @param other an embedding of the same space
     * @throws EmbeddingMismatchException when the spaces differ
     */
    public double cosine(Embedding other) {
        if (!space.equals(other.space)) {
            throw new EmbeddingMismatchException(space, other.space);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (double) values[i] * other.values[i];
        }
        // rounding of the unit length to float can carry the sum past 1 by some 1e-8
        return Math.max(-1, Math.min(1, sum));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Embedding that && space.equals(that.space) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * space.hashCode() + Arrays.hashCode(values);
    }

    /** Model and dimension; never the numbers. */
    @Override
    public String toString() {
        return "Embedding[" + space.model() + ", " + values.length + " dimensions]";
    }
}
