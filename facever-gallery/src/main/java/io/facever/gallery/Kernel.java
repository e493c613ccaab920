package io.facever.gallery;

import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Dot products of one vector with many rows: what nearly all the time of an exact search is spent on. Stateless. */
interface Kernel {
    /**
     * Dot products with rows of floats.
     *
     * @param query as many numbers as a row has
     * @param rows row after row
     * @param from first row
     * @param to row after the last
     * @param scores gets one product for each row, from index 0
     */
    void dots(float[] query, float[] rows, int from, int to, float[] scores);

    /**
     * Dot products with rows of bytes, each taken for the number it is in [−127, 127].
     *
     * @param query as many numbers as a row has
     * @param rows row after row
     * @param from first row
     * @param to row after the last
     * @param scores gets one product for each row, from index 0
     */
    void dots(float[] query, byte[] rows, int from, int to, float[] scores);

    /** What people call it. */
    String name();

    /** SIMD where the JVM was started with {@code --add-modules jdk.incubator.vector}, plain loops elsewhere. */
    static Kernel best() {
        Optional<Module> vector = ModuleLayer.boot().findModule("jdk.incubator.vector");
        if (vector.isPresent()) {
            try {
                // not in module-info: javac would warn of the incubating module in every module that requires this one
                Kernel.class.getModule().addReads(vector.get());
                return new VectorKernel();
            } catch (LinkageError e) {
                LoggerFactory.getLogger(Kernel.class)
                        .warn("jdk.incubator.vector can't be used ({}); searching with plain loops", e.toString());
            }
        }
        return new LoopKernel();
    }
}
