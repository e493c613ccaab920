package io.facever.gallery;

/** Plain loops. Eight sums side by side, as the JIT may not reorder the additions of one. */
final class LoopKernel implements Kernel {
    @Override
    public String name() {
        return "loops";
    }

    @Override
    public void dots(float[] query, float[] rows, int from, int to, float[] scores) {
        int dimension = query.length;
        int even = dimension & ~7;
        for (int row = from; row < to; row++) {
            int at = row * dimension;
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            float s4 = 0;
            float s5 = 0;
            float s6 = 0;
            float s7 = 0;
            for (int i = 0; i < even; i += 8) {
                s0 += query[i] * rows[at + i];
                s1 += query[i + 1] * rows[at + i + 1];
                s2 += query[i + 2] * rows[at + i + 2];
                s3 += query[i + 3] * rows[at + i + 3];
                s4 += query[i + 4] * rows[at + i + 4];
                s5 += query[i + 5] * rows[at + i + 5];
                s6 += query[i + 6] * rows[at + i + 6];
                s7 += query[i + 7] * rows[at + i + 7];
            }
            for (int i = even; i < dimension; i++) {
                s0 += query[i] * rows[at + i];
            }
            scores[row - from] = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
        }
    }

    @Override
    public void dots(float[] query, byte[] rows, int from, int to, float[] scores) {
        int dimension = query.length;
        int even = dimension & ~7;
        for (int row = from; row < to; row++) {
            int at = row * dimension;
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            float s4 = 0;
            float s5 = 0;
            float s6 = 0;
            float s7 = 0;
            for (int i = 0; i < even; i += 8) {
                s0 += query[i] * rows[at + i];
                s1 += query[i + 1] * rows[at + i + 1];
                s2 += query[i + 2] * rows[at + i + 2];
                s3 += query[i + 3] * rows[at + i + 3];
                s4 += query[i + 4] * rows[at + i + 4];
                s5 += query[i + 5] * rows[at + i + 5];
                s6 += query[i + 6] * rows[at + i + 6];
                s7 += query[i + 7] * rows[at + i + 7];
            }
            for (int i = even; i < dimension; i++) {
                s0 += query[i] * rows[at + i];
            }
            scores[row - from] = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
        }
    }
}
