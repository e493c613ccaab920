package io.facever.gallery;

/**
 * The rows with the highest scores: a heap with the lowest at its root. Of equal scores the row that was added first is
 * kept, so the outcome does not depend on which thread scored which row. Not safe for threads.
 */
final class Shortlist {
    private final float[] scores;
    private final int[] rows;
    private int size;

    Shortlist(int capacity) {
        scores = new float[capacity];
        rows = new int[capacity];
    }

    int size() {
        return size;
    }

    int row(int index) {
        return rows[index];
    }

    boolean full() {
        return size == scores.length;
    }

    /** Whether a row with this score would be kept; what the scan asks for each row. */
    boolean admits(float score, int row) {
        return size < scores.length || score > scores[0] || (score == scores[0] && row < rows[0]);
    }

    void add(float score, int row) {
        if (size < scores.length) {
            int at = size++;
            while (at > 0 && before(score, row, scores[(at - 1) / 2], rows[(at - 1) / 2])) {
                move((at - 1) / 2, at);
                at = (at - 1) / 2;
            }
            scores[at] = score;
            rows[at] = row;
        } else if (admits(score, row)) {
            int at = 0;
            while (true) {
                int child = 2 * at + 1;
                if (child + 1 < size && before(scores[child + 1], rows[child + 1], scores[child], rows[child])) {
                    child++;
                }
                if (child >= size || !before(scores[child], rows[child], score, row)) {
                    break;
                }
                move(child, at);
                at = child;
            }
            scores[at] = score;
            rows[at] = row;
        }
    }

    void addAll(Shortlist other) {
        for (int i = 0; i < other.size; i++) {
            add(other.scores[i], other.rows[i]);
        }
    }

    private void move(int from, int to) {
        scores[to] = scores[from];
        rows[to] = rows[from];
    }

    /** Whether the first is nearer to the root: worse. */
    private static boolean before(float score, int row, float otherScore, int otherRow) {
        return score < otherScore || (score == otherScore && row > otherRow);
    }
}
