package io.facever.gallery;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector instructions of the processor. Only {@link Kernel#best} may refer to it: it can't be loaded where the JVM
 * lacks the module {@code jdk.incubator.vector}.
 */
final class VectorKernel implements Kernel {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    /** As many bytes as {@link #FLOATS} has floats; at least the 64 bits that the smallest shape has. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.length() * Byte.SIZE)));

    private static final int LANES = FLOATS.length();
    private static final int UNROLLED = 4 * LANES;

    VectorKernel() {
        if (BYTES.length() != LANES) {
            throw new LinkageError("vectors of " + LANES + " floats are too short to be worth it");
        }
    }

    @Override
    public String name() {
        return "SIMD, " + FLOATS.vectorBitSize() + " bit";
    }

    @Override
    public void dots(float[] query, float[] rows, int from, int to, float[] scores) {
        int dimension = query.length;
        int even = dimension - dimension % UNROLLED;
        int whole = FLOATS.loopBound(dimension);
        for (int row = from; row < to; row++) {
            int at = row * dimension;
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int i = 0;
            for (; i < even; i += UNROLLED) {
                s0 = floats(rows, at + i).fma(floats(query, i), s0);
                s1 = floats(rows, at + i + LANES).fma(floats(query, i + LANES), s1);
                s2 = floats(rows, at + i + 2 * LANES).fma(floats(query, i + 2 * LANES), s2);
                s3 = floats(rows, at + i + 3 * LANES).fma(floats(query, i + 3 * LANES), s3);
            }
            for (; i < whole; i += LANES) {
                s0 = floats(rows, at + i).fma(floats(query, i), s0);
            }
            float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
            for (; i < dimension; i++) {
                sum += query[i] * rows[at + i];
            }
            scores[row - from] = sum;
        }
    }

    @Override
    public void dots(float[] query, byte[] rows, int from, int to, float[] scores) {
        int dimension = query.length;
        int even = dimension - dimension % UNROLLED;
        int whole = FLOATS.loopBound(dimension);
        for (int row = from; row < to; row++) {
            int at = row * dimension;
            FloatVector s0 = FloatVector.zero(FLOATS);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            int i = 0;
            for (; i < even; i += UNROLLED) {
                s0 = bytes(rows, at + i).fma(floats(query, i), s0);
                s1 = bytes(rows, at + i + LANES).fma(floats(query, i + LANES), s1);
                s2 = bytes(rows, at + i + 2 * LANES).fma(floats(query, i + 2 * LANES), s2);
                s3 = bytes(rows, at + i + 3 * LANES).fma(floats(query, i + 3 * LANES), s3);
            }
            for (; i < whole; i += LANES) {
                s0 = bytes(rows, at + i).fma(floats(query, i), s0);
            }
            float sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
            for (; i < dimension; i++) {
                sum += query[i] * rows[at + i];
            }
            scores[row - from] = sum;
        }
    }

    private static FloatVector floats(float[] values, int at) {
        return FloatVector.fromArray(FLOATS, values, at);
    }

    private static FloatVector bytes(byte[] values, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, values, at).convertShape(VectorOperators.B2F, FLOATS, 0);
    }
}
