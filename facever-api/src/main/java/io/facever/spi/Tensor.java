package io.facever.spi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Numbers for a network: a direct, native-order {@code FloatBuffer} and a shape. The buffer is shared, not copied, and
 * belongs to whoever made it. Not safe for threads that write.
 *
 * @since 0.1.0
 */
public final class Tensor {
    private final FloatBuffer data;
    private final long[] shape;

    private Tensor(FloatBuffer data, long[] shape) {
        this.data = data;
        this.shape = shape;
    }

    /**
     * A tensor over a buffer, from its position to its limit.
     *
     * @param data direct, native byte order; as many numbers remain as the shape has
     * @param shape sizes, outermost first, each at least 1
     * @throws IllegalArgumentException when the buffer is not direct or of foreign order, or the counts differ
     */
    public static Tensor of(FloatBuffer data, long... shape) {
        if (!data.isDirect() || data.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("a tensor needs a direct buffer in native byte order, found "
                    + (data.isDirect() ? "a direct one in " + data.order() : "one on the heap"));
        }
        long count = count(shape);
        if (data.remaining() != count) {
            throw new IllegalArgumentException("a tensor of shape " + Arrays.toString(shape) + " has " + count
                    + " numbers, found " + data.remaining());
        }
        return new Tensor(data.slice(), shape.clone());
    }

    /**
     * A new tensor of zeros.
     *
     * @param shape sizes, outermost first, each at least 1
     */
    public static Tensor allocate(long... shape) {
        return of(allocateBuffer(Math.toIntExact(count(shape))), shape);
    }

    /**
     * A new direct buffer of zeros in native byte order, for {@link #of} to take slices of.
     *
     * @param count how many numbers
     */
    public static FloatBuffer allocateBuffer(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, count))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static long count(long[] shape) {
        long count = 1;
        for (long size : shape) {
            if (size < 1) {
                throw new IllegalArgumentException("sizes of a tensor are at least 1, found " + Arrays.toString(shape));
            }
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    /** The numbers, position 0 to capacity; the same buffer at each call. */
    public FloatBuffer data() {
        return data;
    }

    /** A copy of the sizes, outermost first. */
    public long[] shape() {
        return shape.clone();
    }

    /** The shape; never the numbers. */
    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }
}
